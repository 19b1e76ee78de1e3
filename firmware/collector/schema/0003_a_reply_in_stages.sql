-- A command that takes its time is answered twice: `accepted`, and later how it ended. Under the old key the second
-- answer was taken for a repetition of the first.
ALTER TABLE replies DROP CONSTRAINT replies_pkey;
ALTER TABLE replies ADD PRIMARY KEY (kiosk, id, outcome, part);
