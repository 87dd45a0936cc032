"""Foundation of all packages: errors, validation of options, escapes, intervals, coalitions."""
