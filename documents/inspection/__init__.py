"""What an uploaded file really is: sniffed, decoded, and written anew without what does not belong.

Pure: no Django, no database, no clock. `inspect_safely` runs `entry.inspect_file` in a child
process with limits of time and memory, so that the decoders are never loaded into a web worker.
"""

from documents.inspection.formats import EMPTY, agreed_format, format_of_name
from documents.inspection.result import Inspection, InspectionError
from documents.inspection.sandbox import inspect_safely, pdf_keywords_safely, run_safely

__all__ = [
    "EMPTY",
    "Inspection",
    "InspectionError",
    "agreed_format",
    "format_of_name",
    "inspect_safely",
    "pdf_keywords_safely",
    "run_safely",
]
