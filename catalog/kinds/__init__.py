"""The one list of kinds. To add a kind: a module here, a line in `KINDS`, a folder of fixtures."""

from typing import Final

from ..model import Object
from .access_methods import AccessMethod
from .aggregates import Aggregate
from .base_types import BaseType
from .casts import Cast
from .collations import Collation
from .columns import Column
from .composites import Attribute, Composite
from .constraints import Check
from .default_privileges import DefaultPrivileges
from .defaults import Default
from .domains import Domain, DomainConstraint, DomainNotNull
from .encoding_conversions import EncodingConversion
from .enums import EnumType
from .event_triggers import EventTrigger
from .extensions import Extension
from .foreign_data_wrappers import ForeignDataWrapper
from .foreign_keys import ForeignKey
from .foreign_servers import ForeignServer, UserMapping
from .foreign_tables import ForeignTable
from .functions import Function, Procedure
from .identities import Identity
from .index_attachments import IndexAttachment
from .indexes import Index
from .inheritance import Inheritance
from .keys import Key, KeyIndex
from .languages import Language
from .materialized_views import MaterializedView, MaterializedViewColumn
from .not_nulls import UncheckedNotNull
from .operator_classes import OperatorClass
from .operator_families import OperatorFamily
from .operators import Operator
from .partition_triggers import PartitionTrigger
from .partitions import Partition
from .policies import Policy
from .provided import (
    ProvidedAggregate,
    ProvidedColumn,
    ProvidedForeignDataWrapper,
    ProvidedForeignServer,
    ProvidedFunction,
    ProvidedLanguage,
    ProvidedRelation,
    ProvidedSchema,
    ProvidedType,
)
from .publications import Publication, PublicationSchema, PublicationTable
from .ranges import Range
from .row_security import RowSecurity
from .rules import Rule
from .schemas import Schema
from .sequences import PlainSequence
from .shell_types import ShellType
from .statistics import Statistics
from .subscriptions import Subscription
from .tables import Table
from .text_search_configurations import TextSearchConfiguration
from .text_search_dictionaries import TextSearchDictionary
from .text_search_parsers import TextSearchParser
from .text_search_templates import TextSearchTemplate
from .transforms import Transform
from .triggers import Trigger
from .typings import Typing
from .views import View, ViewColumn

KINDS: Final[tuple[type[Object], ...]] = (
    Schema,
    Extension,
    Collation,
    EnumType,
    Composite,
    Attribute,
    Domain,
    DomainConstraint,
    DomainNotNull,
    Range,
    BaseType,
    ShellType,
    Function,
    Procedure,
    Aggregate,
    Cast,
    Transform,
    Operator,
    OperatorFamily,
    OperatorClass,
    TextSearchParser,
    TextSearchTemplate,
    TextSearchDictionary,
    TextSearchConfiguration,
    Language,
    AccessMethod,
    EncodingConversion,
    ForeignDataWrapper,
    ForeignServer,
    UserMapping,
    Table,
    ForeignTable,
    Column,
    Default,
    Identity,
    Inheritance,
    Partition,
    Typing,
    PlainSequence,
    View,
    ViewColumn,
    MaterializedView,
    MaterializedViewColumn,
    Check,
    UncheckedNotNull,
    Key,
    KeyIndex,
    Index,
    IndexAttachment,
    ForeignKey,
    Statistics,
    Rule,
    Trigger,
    PartitionTrigger,
    RowSecurity,
    Policy,
    Publication,
    PublicationTable,
    PublicationSchema,
    Subscription,
    DefaultPrivileges,
    EventTrigger,
    ProvidedSchema,
    ProvidedLanguage,
    ProvidedType,
    ProvidedFunction,
    ProvidedAggregate,
    ProvidedForeignDataWrapper,
    ProvidedForeignServer,
    ProvidedRelation,
    ProvidedColumn,
)
