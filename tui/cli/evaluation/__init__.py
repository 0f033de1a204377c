"""`seeshell eval`: pictures, questions and accepted answers, answered by rolls and scored.

Its modules in reading order:

    evaluate          `seeshell eval`: a file of pictures, questions and accepted answers, answered
                      and scored.
    cases             What an evaluation asks: pictures, questions and accepted answers, from files
                      of three kinds.
    scorers           The scorers by name: what each is for, and one number for many answers.
    vqa_accuracy      VQA accuracy by the official rule: how many of ten people gave the same
                      answer.
    vqa_contractions  Contractions as the VQA challenge writes them, by how people type them.
    answer_scores     Scores of short answers: exact match, and ANLS, which forgives a few wrong
                      letters.
    caption_scores    Scores of captions over a whole file: BLEU-4 as COCO computes it, and chrF by
                      sacrebleu.
    ptb_words         Captions as words, as COCO's scorers split them: the Penn Treebank's way,
                      without punctuation.
    results           What came of an evaluation: scores of each side by kind of question, and rows
                      that failed.
    options           What `seeshell eval` accepts.
"""
