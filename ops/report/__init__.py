"""Reports for people who were not there: an auditor, a data protection officer."""
