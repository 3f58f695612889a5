"""Ask a folder of articles: `python examples/ask_a_folder.py [FOLDER] [QUESTION]`."""

import sys
import tempfile

from assistant import Assistant

folder = sys.argv[1] if len(sys.argv) > 1 else "seeds"
question = sys.argv[2] if len(sys.argv) > 2 else "What happened at the base?"  # in any language

with tempfile.TemporaryDirectory() as home, Assistant(home) as assistant:
    report = assistant.add(folder)
    print(f"{len(report.added)} articles added, {len(report.skipped)} skipped")

    answer = assistant.ask(question)
    if answer.short_answer:
        print(answer.short_answer.text)
    elif not answer.answered:
        print("No passage answers this. The nearest ones:")
    for hit in answer.shown:
        article = assistant.article(hit.article.id)
        assert article.text[hit.start : hit.end] == hit.text  # a citation is exact
        print(f"\n[{hit.rank}] {hit.article.title} ({hit.article.source or 'source unknown'})")
        print(hit.text)
        for span in hit.evidence:
            print("    evidence:", article.text[span.start : span.end])
