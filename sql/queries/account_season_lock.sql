-- Whoever takes an auditor away and whoever asks for auditors (S2.2.4, S2.2.8) come one after the other. $1 school
SELECT s.class_year FROM season s WHERE s.school_code = $1 AND s.audit_mode = 'two_level' FOR UPDATE
