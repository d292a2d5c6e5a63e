"""Events as others want them: conversations to train on, a notebook, a script, a page.  Pure: what is written where is `cli`'s."""
