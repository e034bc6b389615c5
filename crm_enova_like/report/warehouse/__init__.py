from . import rw_document
