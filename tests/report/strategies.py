"""Scorecards of any content whatever, for properties that every report must keep."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
from cards import HOSTILE, STRONG, USES, question
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from msgspec.structs import replace

from grader.model import (
    Case,
    CaseResult,
    Chunk,
    Comparison,
    Frame,
    Isolation,
    Killed,
    Loaded,
    LoadProblem,
    Malformed,
    Missing,
    NotRun,
    Observation,
    QuestionResult,
    Raised,
    Raises,
    Returned,
    Rule,
    Scorecard,
    TextAnswer,
    TimedOut,
    WrongAnswer,
)

# The machine may be busy with something else.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Half of a surrogate pair is text too.
text = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=60))
texts = st.lists(text, max_size=3).map(tuple)
name = st.text("abcdefgh_", min_size=1, max_size=12)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**200), 10**200),
    st.floats(),
    st.complex_numbers(),
    text,
)
matrices = arrays.arrays(
    st.sampled_from([np.int64, np.float64, np.float32, np.bool_, np.complex128]),
    arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6),
)
values = st.recursive(
    scalars | matrices,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(text | st.integers() | st.booleans(), inner, max_size=4),
        st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), max_size=20),
        st.lists(st.integers(0, 10**6), max_size=120),
    ),
    max_leaves=12,
)
paths = st.lists(st.integers(-1, 7) | text, max_size=3).map(tuple)

frames = st.builds(Frame, text, st.integers(-1, 40), text, text)
outcomes = st.one_of(
    st.builds(Returned, values, st.sampled_from([(), ("tensor",), ("unheard of",)])),
    st.builds(Raised, text, texts, text, st.lists(frames, max_size=6).map(tuple)),
    st.builds(TimedOut, st.floats(0, 100)),
    st.builds(Killed, st.sampled_from(["memory", "cpu", "exit", "signal"]), text),
    st.builds(Missing, texts),
    st.builds(Malformed, text),
    st.builds(NotRun, text),
)
cases = st.builds(
    CaseResult,
    case=st.builds(
        Case,
        name=text,
        args=st.lists(values, max_size=3).map(tuple),
        expected=values | st.builds(Raises, text),
        rule=st.builds(Rule, extra_keys=st.booleans()),
        shown=st.booleans(),
        at=paths,
    ),
    observation=st.builds(Observation, outcomes, text, text),
    comparison=st.builds(
        Comparison,
        st.booleans(),
        claim=text,
        differing=st.lists(paths, max_size=4).map(tuple),
        notes=texts,
    ),
    credit=st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)]),
    followed_from=texts,
    remarks=texts,
)
wrong_answers = st.builds(
    WrongAnswer, text.filter(str.strip), st.just(Fraction(1, 2)), text, st.just(())
)
answers = st.builds(TextAnswer, st.dictionaries(text, text, max_size=4), texts)


@st.composite
def question_results(draw: st.DrawFn, number: int) -> QuestionResult:
    points = draw(st.decimals(0, 30, places=2))
    by_person = draw(st.booleans())
    asked = question(f"{number}", draw(text), draw(text), "0")
    asked = replace(asked, points=points, text=USES.text if by_person else None)
    if by_person:
        return QuestionResult(asked, "to_mark", Decimal(0), text=draw(answers))
    share = draw(st.fractions(0, 1, max_denominator=50))
    return QuestionResult(
        question=asked,
        status=draw(st.sampled_from(["passed", "partial", "failed", "missing", "not_run"])),
        score=(points * share.numerator / share.denominator).quantize(
            Decimal("0.01"), "ROUND_DOWN"
        ),
        share=share,
        basis=draw(st.sampled_from(["cases", "wrong_answer", "follow_through", "nothing"])),
        cases=draw(st.lists(cases, max_size=5).map(tuple)),
        hidden_passed=draw(st.integers(0, 5)),
        hidden_total=draw(st.integers(5, 12)),
        diagnosis=draw(st.lists(wrong_answers, max_size=2).map(tuple)),
        followed_from=draw(st.lists(text.filter(str.strip), max_size=2).map(tuple)),
        help=draw(texts),
        remarks=draw(texts),
    )


@st.composite
def scorecards(draw: st.DrawFn, audience: str = "student") -> Scorecard:
    count = draw(st.integers(0, 3))
    problems = st.builds(LoadProblem, text, st.integers(-1, 99), text, text)
    failures = st.none() | st.builds(TimedOut, st.just(30.0)) | st.builds(Malformed, text)
    return Scorecard(
        assignment=draw(text),
        submission_id=draw(text),
        filename=draw(text),
        questions=tuple(draw(question_results(number)) for number in range(count)),
        audience=audience,  # type: ignore[arg-type]
        remarks=draw(texts),
        loaded=Loaded(
            problems=draw(st.lists(problems, max_size=3).map(tuple)),
            failure=draw(failures),
            definitions_only=draw(st.booleans()),
            stdout=draw(text),
            stderr=draw(text),
        ),
        isolation=draw(
            st.just(STRONG)
            | st.builds(
                Isolation,
                st.just("none"),
                texts,
                texts,
                st.dictionaries(text, st.booleans(), max_size=2),
            )
        ),
        fault=draw(st.none() | text),
        wall_s=draw(st.floats()),
        source=draw(st.lists(st.builds(Chunk, text, text), max_size=2).map(tuple)),
    )
