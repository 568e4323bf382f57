"""The demo plant: a factory of battery packs, made by the product's own commands and by nothing else."""
