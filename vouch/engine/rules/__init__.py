"""The rule language: parsed once into a checked tree, printed for every runtime."""
