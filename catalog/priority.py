"""The ranks of object types in a dump."""

from enum import IntEnum


class Priority(IntEnum):
    """The ranks of pg_dump_sort.c (dbObjectTypePriorities) that kinds take."""

    SCHEMA = 1
    LANGUAGE = 2
    COLLATION = 3
    TRANSFORM = 4
    EXTENSION = 5
    TYPE = 6
    CAST = 7
    FUNCTION = 8
    AGGREGATE = 9
    ACCESS_METHOD = 10
    OPERATOR = 11
    OPERATOR_FAMILY = 12
    CONVERSION = 13
    TS_PARSER = 14
    TS_TEMPLATE = 15
    TS_DICTIONARY = 16
    TS_CONFIGURATION = 17
    FOREIGN_DATA_WRAPPER = 18
    FOREIGN_SERVER = 19
    TABLE = 20
    TABLE_ATTACH = 21
    DUMMY_TYPE = 22
    DEFAULT = 23
    LARGE_OBJECT = 24
    PRE_DATA_BOUNDARY = 25
    POST_DATA_BOUNDARY = 26
    CONSTRAINT = 27
    INDEX = 28
    INDEX_ATTACH = 29
    STATISTICS = 30
    RULE = 31
    TRIGGER = 32
    FOREIGN_KEY = 33
    POLICY = 34
    PUBLICATION = 35
    PUBLICATION_TABLE = 36
    PUBLICATION_SCHEMA = 37
    SUBSCRIPTION = 38
    DEFAULT_PRIVILEGES = 39
    EVENT_TRIGGER = 40
    REFRESH = 41
