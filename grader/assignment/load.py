"""Turns config.yaml and reference/ into an `Assignment`, or says everything that is wrong.

The order: read the text, read its structs, hold them against one another, import the reference,
try every question against it. Each step goes on with what is sound, so that one run of the grader
reports all there is to mend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.assignment.amounts import decimal, exact, moment, seconds, size_bytes
from grader.assignment.cases import build_cases
from grader.assignment.config import (
    BuildsOnConfig,
    CompareConfig,
    GradescopeConfig,
    LimitsConfig,
    QuestionConfig,
    StepsConfig,
)
from grader.assignment.consistency import check_consistency, compare_of
from grader.assignment.deadline import Deadline, Stuck
from grader.assignment.document import KeyPath, read_document
from grader.assignment.draft import Draft, QuestionDraft, read_draft
from grader.assignment.findings import Findings, brief, suggest
from grader.assignment.reference import (
    Module,
    Reference,
    digest_of,
    folder_of,
    import_reference,
)
from grader.assignment.signature import Parameters, parameters_of
from grader.assignment.trial import Compare, Trial
from grader.assignment.wrong_answers import build_wrong_answers
from grader.model import (
    Assignment,
    BoardEntry,
    BuildsOn,
    GradescopeRules,
    LatePolicy,
    Limits,
    Property,
    Question,
    Raised,
    Returned,
    TextForm,
)

_FALLBACK_S = 5.0  # when the config's own limits are unsound


def load_assignment(
    config_path: Path, *, compare: Compare, wrong_answers: bool = True
) -> Assignment:
    """Decides whether an assignment is sound, and computes all that marking needs of it.

    Args:
        config_path: of config.yaml; the folder `reference` stands beside it.
        compare: decides whether two values are equal by a rule (grader.marking.compare).
        wrong_answers: False leaves out what they come to, which takes most of the time.

    Raises:
        ConfigError: with every problem found.
    """
    document = read_document(config_path)
    findings = Findings(document)
    draft = read_draft(document, findings)
    check_consistency(draft, findings)
    ids = [question.config.id for question in draft.questions]
    if len(set(ids)) < len(ids):  # what is found out of a question is known by its id
        findings.raise_if_any()
    questions = _questions(draft, config_path, compare, findings, wrong_answers=wrong_answers)
    findings.raise_if_any()
    return Assignment(
        title=draft.config.assignment,
        filename=draft.config.submission.file,
        packages=draft.config.submission.packages,
        questions=questions,
        limits=_limits(draft.config.limits),
        gradescope=_gradescope(draft.config.gradescope),
        digest=digest_of(config_path),
    )


def _limits(limits: LimitsConfig) -> Limits:
    return Limits(
        load_s=seconds(limits.load),
        call_s=seconds(limits.call),
        submission_s=seconds(limits.submission),
        memory_bytes=size_bytes(limits.memory),
    )


def _gradescope(rules: GradescopeConfig | None) -> GradescopeRules:
    if rules is None:
        return GradescopeRules()
    late = rules.late
    return GradescopeRules(
        submissions_per_day=rules.submissions_per_day,
        late=None
        if late is None
        else LatePolicy(
            per_day=exact(late.per_day),
            grace_s=seconds(late.grace),
            at_most=exact(late.at_most),
            due=None if late.due is None else moment(late.due),
        ),
        leaderboard=tuple(BoardEntry(entry.name, entry.question) for entry in rules.leaderboard),
    )


def _questions(
    draft: Draft, config_path: Path, compare: Compare, findings: Findings, *, wrong_answers: bool
) -> tuple[Question, ...]:
    wanted: dict[str, KeyPath] = {}
    for question in draft.questions:
        if question.config.reference is not None and question.config.marked_by is None:
            wanted.setdefault(question.config.reference, (*question.path, "reference"))
    sound = not findings.any_under(("limits",))
    limits = _limits(draft.config.limits)
    reference = import_reference(
        folder_of(config_path), wanted, findings, limits.load_s if sound else _FALLBACK_S
    )
    deadline = Deadline(limits.call_s if sound else _FALLBACK_S)
    try:
        return deadline.run(
            lambda deadline: _try_all(
                draft, reference, compare, findings, deadline, wrong_answers=wrong_answers
            )
        )
    except Stuck as stuck:
        code = getattr(stuck.function, "__code__", None)
        where = (str(reference.folder), 0)
        if code is not None:
            where = (reference.shown(code.co_filename) or where[0], code.co_firstlineno)
        findings.add_in_file(
            *where,
            f"{getattr(stuck.function, '__name__', 'a function')} does not return within "
            f"{stuck.limit_s:g} s and cannot be interrupted",
            "mend it so that it ends; nothing after it was checked",
        )
        return ()


def _try_all(
    draft: Draft,
    reference: Reference,
    compare: Compare,
    findings: Findings,
    deadline: Deadline,
    *,
    wrong_answers: bool,
) -> tuple[Question, ...]:
    """Tries each question against its reference, those with steps once all steps are known."""
    functions: dict[str, Callable[..., Any]] = {}  # by question id
    found: list[tuple[QuestionDraft, Module, Parameters]] = []
    for question in draft.questions:
        if question.config.marked_by is None:
            known = _find_function(question, reference, findings)
            if known is not None:
                module, function, parameters = known
                functions[question.config.id] = function
                found.append((question, module, parameters))
    built: dict[str, Question] = {}
    for question, module, parameters in found:
        trial = Trial(
            question=question,
            reference=reference,
            module=module,
            function=functions[question.config.id],
            parameters=parameters,
            steps=_steps(question, draft, functions, parameters, module, findings),
            compare_config=compare_of(question.config, draft),
            compare_path=_compare_path(question),
            keep_inputs=_keeps_inputs(question.config, draft),
            shown=draft.config.defaults.shown == "full",
            seed=draft.config.hidden_seed or 0,
            deadline=deadline,
            findings=findings,
            compare=compare,
        )
        built[question.config.id] = _try(trial, functions, draft, wrong_answers=wrong_answers)
    for question in draft.questions:
        if question.config.marked_by == "person":
            built[question.config.id] = _text_question(question)
    ids = dict.fromkeys(question.config.id for question in draft.questions)
    return tuple(built[ident] for ident in ids if ident in built)


def _compare_path(question: QuestionDraft) -> KeyPath:
    if question.config.compare is None:
        return ("defaults", "compare")
    return (*question.path, "compare")


def _keeps_inputs(question: QuestionConfig, draft: Draft) -> bool:
    own = question.changed_inputs
    return (draft.config.defaults.changed_inputs if own is None else own) == "fail"


# --------------------------------------------------------------------------- the functions


def _find_function(
    question: QuestionDraft, reference: Reference, findings: Findings
) -> tuple[Module, Callable[..., Any], Parameters] | None:
    module = reference.modules.get(question.config.reference or "")
    if module is None:
        return None  # noted when it was imported
    name = question.config.function
    function = module.function(name)
    path = (*question.path, "function")
    if function is None:
        remedy = suggest(name, module.functions, what="function")
        findings.add(path, f"is {name!r}, {module.lacks(name)}", remedy)
        return None
    parameters = parameters_of(function, name)
    if parameters is None:
        findings.add(
            path, f"is {name!r}, whose parameters Python cannot tell", "define it with def"
        )
        return None
    return module, function, parameters


def _steps(
    question: QuestionDraft,
    draft: Draft,
    functions: Mapping[str, Callable[..., Any]],
    parameters: Parameters,
    module: Module,
    findings: Findings,
) -> dict[str, Callable[..., Any]]:
    """The references of a composite's steps, by the keyword that it takes them as."""
    for name, has_default in parameters.steps.items():
        if not has_default:
            findings.add(
                (*question.path, "function"),
                f"needs the keyword {name} in {module.file}, which no case can give",
                f"give it a default: `*, {name}={name}`",
            )
    builds_on = question.config.builds_on
    if builds_on is None:
        return {}
    by_id = draft.by_id
    steps: dict[str, Callable[..., Any]] = {}
    complete = True
    for index, step in enumerate(builds_on.questions):
        if step not in by_id or by_id[step].marked_by == "person" or step == question.config.id:
            complete = False
            continue
        keyword = by_id[step].function
        if keyword not in parameters.steps:
            findings.add(
                (*question.path, "builds_on", "questions", index),
                f"is {step!r}, but {parameters} in {module.file} takes no keyword-only "
                f"parameter {keyword}",
                f"add `*, {keyword}={keyword}` to its parameters",
            )
            complete = False
        elif step in functions:
            steps[keyword] = functions[step]
    return steps if complete and all(parameters.steps.values()) else {}


# --------------------------------------------------------------------------- one question


def _try(
    trial: Trial,
    functions: Mapping[str, Callable[..., Any]],
    draft: Draft,
    *,
    wrong_answers: bool,
) -> Question:
    config = trial.question.config
    usable = _check_tolerance_name(trial) and all(trial.parameters.steps.values())
    cases = build_cases(trial) if usable else ()
    if trial.findings.any_under(trial.question.path):
        cases = ()  # what they tell apart is not known before all of them are sound
    return Question(
        id=config.id,
        title=config.title,
        function=config.function,
        points=decimal(config.points),
        cases=cases,
        credit=_credit(config),
        wrong_answers=build_wrong_answers(trial, cases if wrong_answers else ()),
        builds_on=_builds_on(config.builds_on),
        reference=trial.function,
        properties=_properties(trial, functions, draft),
        tags=config.tags,
    )


def _check_tolerance_name(trial: Trial) -> bool:
    compare: CompareConfig = trial.compare_config
    if not isinstance(compare.atol, str) or trial.module.function(compare.atol) is not None:
        return True
    remedy = suggest(compare.atol, trial.module.functions, what="function")
    trial.findings.add(
        (*trial.compare_path, "atol"),
        f"is {compare.atol!r}, {trial.module.lacks(compare.atol)}",
        f"{remedy} (or write a number, e.g. 1e-9)",
    )
    return False


def _credit(config: QuestionConfig) -> tuple[tuple[Any, Any], ...] | None:
    if isinstance(config.credit, StepsConfig):
        # whoever passes every case has earned the points, whether the author says so or not
        steps = {exact(share): exact(worth) for share, worth in config.credit.steps.items()}
        return tuple({**steps, exact(1): exact(1)}.items())
    return ((exact(1), exact(1)),) if config.credit == "all_or_nothing" else None


def _builds_on(config: BuildsOnConfig | None) -> BuildsOn | None:
    if config is None:
        return None
    return BuildsOn(config.questions, credit=exact(config.credit), needs=exact(config.needs))


def _text_question(question: QuestionDraft) -> Question:
    config = question.config
    form = config.form
    return Question(
        id=config.id,
        title=config.title,
        function=config.function,
        points=decimal(config.points),
        text=TextForm(form.words, form.entries, form.misplaced) if form else TextForm((0, 1)),
        tags=config.tags,
    )


def _properties(
    trial: Trial, functions: Mapping[str, Callable[..., Any]], draft: Draft
) -> tuple[Property, ...]:
    """The properties of a question, each of which must hold of the reference itself."""
    by_name = {q.config.function: functions.get(q.config.id) for q in draft.questions}

    def call(name: str, *args: Any) -> Any:
        function = by_name.get(name)
        if function is None:
            raise LookupError(f"no question marks a function {name}")
        return function(*args)

    sound = not trial.findings.any_under(trial.question.path)
    properties = []
    for index, name in enumerate(trial.question.config.properties):
        path = (*trial.question.path, "properties", index)
        holds = trial.module.function(name)
        if holds is None:
            remedy = suggest(name, trial.module.functions, what="property")
            trial.findings.add(path, f"is {name!r}, {trial.module.lacks(name)}", remedy)
            continue
        if not sound:
            continue  # it would only say again that the reference is not sound
        result = trial.deadline.call(holds, call)
        if isinstance(result, Returned):
            if result.value is None:
                properties.append(Property(name, holds))
                continue
            what = f"does not hold of the reference: {brief(result.value)}"
        elif isinstance(result, Raised):
            what = f"raises {trial.said(result)}"
        else:
            what = f"does not return within {result.limit_s:g} s"
        remedy = "let it take `call`, and return None when all is well"
        trial.findings.add(path, f"{name} {what}", remedy)
    return tuple(properties)
