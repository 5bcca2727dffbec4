"""What an uploaded file really is: sniffed, decoded, and written anew without what does not belong.

Pure: no Django, no database, no clock. `inspect_safely` runs `entry.inspect_file` in a child
process with limits of time and memory, so that the decoders are never loaded into a web worker.
"""

from documents.inspection.formats import agreed_format
from documents.inspection.result import Inspection, InspectionError
from documents.inspection.sandbox import inspect_safely, pdf_keywords_safely, run_safely

__all__ = [
    "Inspection",
    "InspectionError",
    "agreed_format",
    "inspect_safely",
    "pdf_keywords_safely",
    "run_safely",
]
