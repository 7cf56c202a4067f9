"""Which files a template's folder holds, and how much of them is read."""

STUDY_FILE = "study.yaml"
GUIDE_FILE = "interview-guide.yaml"
CODEBOOK_FILE = "codebook.yaml"
RULES_FILE = "strategy-rules.yaml"
VALUE_FILE = "customer-value.yaml"
MAX_FILES = 60
MAX_PATH_PARTS = 2          # a folder and a file in it
MAX_UNPACKED_BYTES = 20_000_000
