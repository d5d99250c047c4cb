"""A local AWS to rehearse on: what make synth wrote, deployed without an account."""
