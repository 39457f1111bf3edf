"""miRNA targets on a transcriptome of 30 million bases: index, scan, energies, beside ViennaRNA.

python benchmarks/targets.py [MATURE_FASTA]

Without a file the miRNAs are the shipped ones, repeated to 2,656 (the number of human matures in
miRBase 22.1). Processor time is given beside wall time; a shared machine makes the latter longer.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from evdisc.cargo import duplex, fasta, mature, mirbase, seed_sites, sites
from evdisc.cargo.turner import turner

BASES, RECORDS, HUMAN = 30_000_000, 20_000, 2656
WINDOW, SITES, CALLS = 34, 20_000, 300
LETTERS = np.frombuffer(b"ACGT", np.uint8)


class clock:
    """Wall and processor time of a block."""

    def __init__(self, what):
        self.what = what

    def __enter__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_):
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        print(f"{self.what:46} {self.wall:8.3f} s wall {self.cpu:8.3f} s processor")


def transcriptome(path):
    """A FASTA file of random UTRs, 60 bases a line."""
    rng = np.random.default_rng(1)
    with path.open("wb") as file:
        for record in range(RECORDS):
            line = LETTERS[rng.integers(0, 4, BASES // RECORDS)].tobytes()
            file.write(b">utr%d\n" % record)
            file.write(b"\n".join(line[k : k + 60] for k in range(0, len(line), 60)) + b"\n")


def mirnas(words):
    """2,656 human mature miRNAs, or the shipped ones repeated."""
    if words:
        rows = mirbase.read_fasta_file(Path(words[0])).rows
        return [mature.Mature(*row, "file") for row in rows if row[0].startswith("hsa-")]
    shipped = [m for m in mature.shipped().values() if m.species == "hsa"]
    return [shipped[n % len(shipped)] for n in range(HUMAN)]


def vienna(codes, starts, sequence):
    """Processor seconds a call of ViennaRNA's duplexfold takes on the same windows."""
    import RNA

    windows = ["".join("ACGUNN"[c] for c in codes[s - WINDOW + 1 : s + 1]) for s in starts[:CALLS]]
    RNA.duplexfold(windows[0], sequence)
    with clock(f"ViennaRNA duplexfold, {CALLS} windows") as took:
        for window in windows:
            RNA.duplexfold(window, sequence)
    return took.cpu / CALLS


def main(words):
    """Run all parts and print them."""
    own = mirnas(words)
    warm = fasta.from_texts({"a": "ACGUACGUACGUAUAAGCUACGUACGUAGC" * 3})
    mir21 = mature.find("hsa-miR-21-5p", mature.shipped()).matures[0]
    with clock("kernels, first use"):
        sites.with_energies(
            sites.canonical(warm, seed_sites.index(warm.codes), mir21), warm, WINDOW
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "utr.fa"
        transcriptome(path)
        with clock(f"reading {BASES:,} bases of FASTA"):
            utrs = fasta.read_fasta(path)
    with clock("index of all hexamers"):
        where = seed_sites.index(utrs.codes)
    total = 0
    with clock(f"canonical sites of {len(own):,} miRNAs"):
        for one in own:
            total += len(sites.canonical(utrs, where, one))
    print(f"  {total:,} sites")
    found = sites.canonical(utrs, where, mir21)
    starts = (found.begins + seed_sites.SEED)[found.begins > WINDOW][:SITES]
    coded, out = fasta.encode(mir21.sequence), np.empty(starts.size, np.int32)
    with clock(f"energies of {starts.size:,} sites") as took:
        duplex.energies(
            turner(), utrs.codes, starts, WINDOW, coded, coded.size - 2, duplex.new_room(), out
        )
    ours = took.cpu / starts.size
    print(f"  {ours * 1e6:.1f} us a site, seed helix given")
    free, room = np.empty(starts.size, np.int32), duplex.new_room()
    duplex.best_of(turner(), utrs.codes, starts[:9], WINDOW, coded, coded.size - 2, room, free[:9])
    with clock(f"best duplex of the same {starts.size:,} windows") as took:
        duplex.best_of(turner(), utrs.codes, starts, WINDOW, coded, coded.size - 2, room, free)
    any_ = took.cpu / starts.size
    print(f"  {any_ * 1e6:.1f} us a window, any duplex")
    theirs = vienna(utrs.codes, starts, mir21.sequence)
    print(f"  {theirs * 1e6:.1f} us a window; {theirs / ours:.1f} x ours with the seed helix, "
          f"{theirs / any_:.1f} x ours for any duplex")  # fmt: skip
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory {memory:.0f} MiB")


if __name__ == "__main__":
    main(sys.argv[1:])
