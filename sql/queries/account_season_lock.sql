-- Whoever takes an auditor away and whoever asks for auditors in a class (S2.2.4, S2.2.8) come one after the other: in any of the
-- school's classes, opened or not, so it's the school's row that they take. What they test, they test behind it. $1 school
SELECT h.school_code FROM school h WHERE h.school_code = $1 FOR NO KEY UPDATE
