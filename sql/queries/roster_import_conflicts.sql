-- Rows that would change who a person is: an examination number of this class with another identity number, or the other way
-- round. $1 school, $2 class, $3 examination numbers, $4 identity HMACs. Answers the rows' places, from 0.
SELECT i.ord - 1 AS row, g.exam_no = i.exam_no AS same_exam_no
FROM unnest($3::text[], $4::bytea[]) WITH ORDINALITY AS i(exam_no, identity_hmac, ord)
JOIN graduate g ON g.school_code = $1 AND g.class_year = $2::int
     AND ((g.exam_no = i.exam_no AND g.identity_hmac <> i.identity_hmac)
          OR (g.identity_hmac = i.identity_hmac AND g.exam_no <> i.exam_no))
