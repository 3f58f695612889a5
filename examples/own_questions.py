"""Measure how well your own questions find their answers: `python examples/own_questions.py`.

The questions stand beside the articles here; yours may come from anywhere. For sets in SQuAD's format there is
`sanad eval`, with evidence and confidence measured too.
"""

import tempfile

from assistant import Assistant
from index import Article

ARTICLES = [
    Article(
        id="port", text="أعيد فتح ميناء المدينة يوم الأحد بعد إصلاح رصيفه الشرقي. ورست فيه ثلاث سفن شحن."
    ),
    Article(id="museum", text="Το μουσείο άνοιξε ξανά μετά από δύο χρόνια. Οι επισκέπτες περίμεναν ώρες."),
    Article(
        id="wheat",
        text="Farmers sowed wheat after the first rain. Prices in the market stayed where they were.",
    ),
    Article(id="roads", text="Городской совет утвердил бюджет на ремонт дорог. Работы начнутся в мае."),
]
# question -> the article that answers it; None: no article does
QUESTIONS = {
    "When was the port reopened?": "port",
    "كم سفينة رست في الميناء؟": "port",
    "When do the road works begin?": "roads",
    "When did farmers sow wheat?": "wheat",
    "Who won the chess tournament?": None,
}

with tempfile.TemporaryDirectory() as home, Assistant(home) as assistant:
    assistant.add(ARTICLES)
    reciprocal_ranks, verdicts = [], []
    for question, expected in QUESTIONS.items():
        answer = assistant.ask(question, k=10)
        ranked = [hit.article.id for hit in answer.shown]
        rank = ranked.index(expected) + 1 if expected in ranked else None
        if expected:
            reciprocal_ranks.append(1 / rank if rank else 0.0)
        verdicts.append(answer.answered == (expected is not None))
        print(
            f"{'found at ' + str(rank) if rank else 'none':12} confidence {answer.confidence:.2f}  {question}"
        )
    print(f"MRR@10 {sum(reciprocal_ranks) / len(reciprocal_ranks):.2f}")
    print(f"verdict right {sum(verdicts)} of {len(verdicts)}")
