"""x"""
from firedoor.patterns._pattern import *
from firedoor.patterns._compiler import InvalidPattern
from firedoor.patterns._events import *
from firedoor.patterns._index import *
