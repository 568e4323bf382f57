"""Items and everything that says which item and which number a code on a label means."""
