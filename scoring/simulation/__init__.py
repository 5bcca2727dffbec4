"""Scoring without a database: what a definition makes of given facts and marks.

    entrants = read_entrants(definition, Path("marks.xlsx"))   # MarksError lists what is wrong
    simulation = simulate(definition, entrants)
    print(table_text(simulation)); json.dumps(as_json(simulation))

No ORM, no clock, no randomness. The format of the files is told in docs/simulation.md.
"""

from scoring.simulation.entrants import Entrant, MarksError, Sheet, entrants_of
from scoring.simulation.files import read_entrants
from scoring.simulation.report import as_json, table_text
from scoring.simulation.run import Simulated, Simulation, simulate

__all__ = [
    "Entrant",
    "MarksError",
    "Sheet",
    "Simulated",
    "Simulation",
    "as_json",
    "entrants_of",
    "read_entrants",
    "simulate",
    "table_text",
]
