"""A first afternoon in Python: from an RMM export to a page for the client. `afternoon.mjs` goes the same way in Node."""

import pathlib
import tempfile

import vcto

client = pathlib.Path("examples/data/halden-pryce")
out = pathlib.Path(tempfile.mkdtemp())

# The saved answers of NinjaOne, and what people wrote by hand. What nobody wrote is inferred, soft, each with its why.
sheets = ["documentation.json", "services.json", "facts.csv", "relations.csv"]
inventory = vcto.read([client / "ninjaone", *(client / sheet for sheet in sheets)], infer=True)
estate = vcto.Estate(inventory)

dies = estate.what_if([estate.find("FW-LDS-01")])
print(dies["people"]["at_least"], "people;", len(dies["failed"]), "assets fail,", len(dies["unknown"]), "cannot be told")

review = vcto.review(estate, as_of="2026-11-22", waivers=client / "waivers.csv")
budget = vcto.budget(estate, review, client / "prices.csv", fiscal_year_start=4)
(out / "review.html").write_text(review.to_page(estate, client="Halden & Pryce LLP", budget=budget), "utf-8")
(out / "budget.xlsx").write_bytes(budget.to_xlsx())

# What to ask whom, and what to confirm: filled in, both are read beside the inputs the next time.
(out / "questions.csv").write_text(review.questions_csv(), "utf-8")
(out / "inferred.csv").write_text(vcto.inferred_csv(inventory), "utf-8")
print(review.to_page_text(estate, client="Halden & Pryce LLP", budget=budget))
