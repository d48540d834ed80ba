-- A piece of the file, at the end of what is here; a piece that is here already is not written again.
-- $1 school, $2 uuid, $3 account, $4 offset or NULL, $5 bytes, $6 at most so many in all
WITH import_now AS (
    SELECT i.id, i.received FROM import i
    WHERE i.school_code = $1 AND i.uuid = $2::uuid AND i.account_id = $3::bigint AND i.state = 'receiving' FOR UPDATE),
piece AS (
    INSERT INTO import_piece (school_code, import_id, at_byte, data)
    SELECT $1, n.id, n.received, $5::bytea FROM import_now n
    WHERE COALESCE($4::bigint, n.received) = n.received AND n.received + length($5::bytea) <= $6::bigint
    RETURNING import_id, length(data) AS size),
counted AS (
    UPDATE import i SET received = i.received + p.size FROM piece p WHERE i.school_code = $1 AND i.id = p.import_id
    RETURNING i.received)
SELECT n.received AS before, (SELECT c.received FROM counted c) AS received,
       n.received + length($5::bytea) > $6::bigint AS too_large
FROM import_now n
