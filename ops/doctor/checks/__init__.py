"""The checks of the doctor, a module for each layer; each answers for one fault."""
