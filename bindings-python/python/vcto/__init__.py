"""vcto"""
from ._vcto import *
