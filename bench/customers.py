"""Times the customer files: judged from the database's columns, and read from CSV. Run from the checkout's root.

To reach: 100,000 customers judged in 2 s; 1,000,000 in 10 s and 1 GB. `cpu_s` is the processor's part, which others on
the machine do not lengthen much. Each figure is of a process of its own; memory is the most that process ever held,
libraries included. `python -m bench.customers [N …]`.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")      # as the command line sets it: said before numpy is loaded

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SIZES = (100_000, 1_000_000)
GOALS = {100_000: (2.0, 1000.0), 1_000_000: (10.0, 1000.0)}     # seconds, MB
PAIRS_PER_CUSTOMER = 0.05


def make(n: int, folder: Path) -> None:
    """Write the three files, packed as the database holds them, and the customer file as CSV."""
    from instruments.template_loader import load_catalogue_template
    from surveyapp.services.customer_pack import packed
    from tests.factories.branch import simulated_customers
    from tests.factories.customer_files import simulated_records, simulated_relations

    customers = simulated_customers(n)
    customers["rm_id"] = customers["rm_id"].where(customers["rm_id"] == "", "M" + (customers.index % 2000).astype(str))
    customers["tier_12m_ago"] = customers["tier"]
    customers.to_csv(folder / "customers.csv", index=False)
    (folder / "customers").write_bytes(packed(customers))
    model = load_catalogue_template("bank_crm").value_model
    assert model is not None
    (folder / "records").write_bytes(packed(simulated_records(model.field_classes, n)))
    (folder / "relations").write_bytes(packed(simulated_relations(int(n * PAIRS_PER_CUSTOMER), n)))


def judge(folder: Path, *, is_alone: bool) -> dict[str, float]:
    """Unpack and judge, as a diagnosis does."""
    from analysis.customers.picture import OtherFiles, customer_picture
    from instruments.template_loader import load_catalogue_template
    from surveyapp.services.customer_pack import unpacked

    model = load_catalogue_template("bank_crm").value_model
    assert model is not None
    started, began = time.perf_counter(), time.process_time()
    customers = unpacked((folder / "customers").read_bytes())
    others = OtherFiles() if is_alone else OtherFiles(unpacked((folder / "records").read_bytes()),
                                                      unpacked((folder / "relations").read_bytes()))
    loaded = time.perf_counter()
    picture = customer_picture(customers, model, others=others)
    return {"n": picture.n_customers, "load_s": loaded - started, "judge_s": time.perf_counter() - loaded,
            "cpu_s": time.process_time() - began}


def read(folder: Path) -> dict[str, float]:
    """Read, check and pack the CSV file, as an import does."""
    from instruments.template_loader import load_catalogue_template
    from surveyapp.models.customer import CUSTOMERS
    from surveyapp.services.customer_check import check_file
    from surveyapp.services.customer_pack import packed

    model = load_catalogue_template("bank_crm").value_model
    assert model is not None
    started, began = time.perf_counter(), time.process_time()
    checked = check_file(CUSTOMERS, (folder / "customers.csv").read_bytes(), "customers.csv", model)
    content = packed(checked.frame)
    return {"n": checked.report.n_rows, "import_s": time.perf_counter() - started,
            "cpu_s": time.process_time() - began, "stored_mb": len(content) / 1e6}


def main() -> int:
    if len(sys.argv) > 3 and sys.argv[1] == "--child":
        deed, folder = sys.argv[2], Path(sys.argv[3])
        figures = read(folder) if deed == "read" else judge(folder, is_alone=deed == "alone")
        figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(figures))
        return 0
    is_reached = True
    for n in [int(word) for word in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            make(n, Path(folder))
            for deed in ("alone", "together", "read"):
                done = subprocess.run(  # noqa: S603 - this program itself, on files of its own
                    [sys.executable, "-m", "bench.customers", "--child", deed, folder], check=True,
                    capture_output=True, text=True)
                figures = json.loads(done.stdout)
                print(f"{deed:9} " + "  ".join(f"{name} {value:,.2f}" for name, value in figures.items()), flush=True)
                if deed == "alone" and n in GOALS:
                    is_reached &= figures["load_s"] + figures["judge_s"] <= GOALS[n][0]
                    is_reached &= figures["peak_mb"] <= GOALS[n][1]
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
