"""Files that other programs edited, damage, backups, and the doctor."""
