"""From the annex of a notice (.docx, .xlsx) to a proposed rubric with its doubts.

Pure: no Django, no database, no clock. `entry.read_annex_safely` reads in the child process of
`documents.inspection`, so that no office file is opened in a web worker.

    entry     the way in
    archive   what a file must be before it is opened at all
    word, sheet   a file → tables as printed
    columns   which column says what
    rows      all tables as one stream of rows: repeated headers, tables broken by a page
    marks     numbers and points as notices print them
    kinds     the kind of an item, guessed from its wording
    reading   rows → sections and items
    items     one item: what its cells say together, and what is doubtful about them
    proposal  what is proposed, its doubts and its own sums
    takeover  what was accepted → sections of a definition

Printed text is never changed; a sum is always our own; only what cannot be scored is refused.
"""
