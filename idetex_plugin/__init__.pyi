"""Every public name of the package, and where it lives. `__init__.py` reads this file."""

from .assessing.assessor import Assessor as Assessor
from .assessing.assessor import assess as assess
from .assessing.ensemble import Ensemble as Ensemble
from .dialects.base import Dialect as Dialect
from .dialects.base import DialectMaker as DialectMaker
from .duplicates.find import LeftOut as LeftOut
from .duplicates.find import NearDuplicates as NearDuplicates
from .duplicates.find import NearPhoto as NearPhoto
from .duplicates.find import near_duplicates as near_duplicates
from .engines.base import Engine as Engine
from .engines.base import EngineDeadError as EngineDeadError
from .engines.choose import EngineMaker as EngineMaker
from .engines.choose import EngineOptions as EngineOptions
from .engines.scripted import ScriptedEngine as ScriptedEngine
from .gating.check import Gate as Gate
from .gating.judge import judge as judge
from .gating.pairs import Pair as Pair
from .gating.policies import policy_named as policy_named
from .gating.workers import GateWorkers as GateWorkers
from .photo.load import Photo as Photo
from .photo.load import PhotoError as PhotoError
from .photo.load import load_photo as load_photo
from .photo.sources import Source as Source
from .photo.sources import find_photos as find_photos
from .pipeline.host import AsyncPipeline as AsyncPipeline
from .pipeline.host import as_async_plugin as as_async_plugin
from .pipeline.host import as_plugin as as_plugin
from .pipeline.pipeline import Pipeline as Pipeline
from .pipeline.pipeline import gate as gate
from .plugins.events import (
    AfterCompression as AfterCompression,
)
from .plugins.events import (
    Assessed as Assessed,
)
from .plugins.events import (
    AssessFailed as AssessFailed,
)
from .plugins.events import (
    BeforeAssess as BeforeAssess,
)
from .plugins.events import (
    Judging as Judging,
)
from .plugins.events import (
    Replacement as Replacement,
)
from .plugins.events import (
    RunFinished as RunFinished,
)
from .plugins.events import (
    RunStarted as RunStarted,
)
from .plugins.events import (
    Veto as Veto,
)
from .plugins.manager import Hooks as Hooks
from .plugins.names import Hook as Hook
from .plugins.problems import PluginError as PluginError
from .plugins.specs import hookimpl as hookimpl
from .report.page import write_report as write_report
from .runs.rows import Row as Row
from .runs.schema import RunError as RunError
from .runs.store import Run as Run
from .runs.work import Work as Work
from .words.assessment import (
    Answer as Answer,
)
from .words.assessment import (
    Assessment as Assessment,
)
from .words.assessment import (
    Description as Description,
)
from .words.assessment import (
    Finding as Finding,
)
from .words.assessment import (
    PartialRegions as PartialRegions,
)
from .words.assessment import (
    PhotoInfo as PhotoInfo,
)
from .words.assessment import (
    Quality as Quality,
)
from .words.assessment import (
    Region as Region,
)
from .words.box import Box as Box
from .words.card import Card as Card
from .words.card import CardError as CardError
from .words.card import Doubt as Doubt
from .words.card import Sampling as Sampling
from .words.failure import Failure as Failure
from .words.failure import Reason as Reason
from .words.failure import State as State
from .words.failure import TaskStatus as TaskStatus
from .words.policy import (
    Limit as Limit,
)
from .words.policy import (
    Policy as Policy,
)
from .words.policy import (
    PolicyError as PolicyError,
)
from .words.policy import (
    Similarity as Similarity,
)
from .words.policy import (
    Zone as Zone,
)
from .words.question import Question as Question
from .words.request import Reply as Reply
from .words.request import Request as Request
from .words.request import Token as Token
from .words.request import Views as Views
from .words.verdict import Outcome as Outcome
from .words.verdict import Remedy as Remedy
from .words.verdict import Verdict as Verdict
from .words.vocabulary import (
    DistortionType as DistortionType,
)
from .words.vocabulary import (
    Level as Level,
)
from .words.vocabulary import (
    Severity as Severity,
)
from .words.vocabulary import (
    Vocabulary as Vocabulary,
)

__version__: str
