"""Recovery: files edited by other programs, damaged files, backups, and the doctor."""
