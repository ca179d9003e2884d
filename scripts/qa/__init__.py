"""Plain functions shared by the validator, the MkDocs hooks, the evidence runner and the tests."""
