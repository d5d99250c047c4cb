"""The doctor, on a twin that has each fault, and on evidence that is made up."""
