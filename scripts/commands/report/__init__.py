"""`miyabi report`: what a system is, how it is, what it costs and what is to be done, to hand over."""
