"""Where things lie."""
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
BUILD = REPOSITORY / ".build/bench"
OCTET = REPOSITORY / ".build/release/octet"
SAMPLE_PHOTOS = REPOSITORY / "samples/02-yolo/test"
