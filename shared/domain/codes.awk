# codes.awk - sql/codes/*.tsv -> the C arrays behind codes.h, on standard output.
#
# Usage: LC_ALL=C awk -f codes.awk TABLE.tsv …    (ordered by name)
#
# A table: a line "# 中文名<TAB>English name", a line of column names, then its rows ordered by code as bytes. The first six
# columns are code, name_zh, name_en, valid_from, valid_to, initials; the rest are the table's own. What look-ups rely on
# (order, width, no code twice) is checked here, and the build stops with file and line when it doesn't hold.
# The table destination_kind also becomes an array of struct destination_kind, its columns named as the struct's members.

BEGIN {
    FS = "\t"
    COMMON = 6
    split("code name_zh name_en valid_from valid_to initials", common, " ")
    split("form moe proof_zh proof_en definition_zh definition_en", kind_text, " ")
    split("group proofs directed_only", kind_number, " ")
    print "/* Made by shared/domain/codes.awk out of sql/codes. */"
    print "#include \"shared/domain/codes_data.h\""
}

function fail(why) {
    printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
    failed = 1
    exit 1
}

function quoted(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    gsub(/\t/, "\\t", s)
    return "\"" s "\""
}

# Fields from..NF, tab-separated.
function rest(from,    i, s) {
    s = from <= NF ? $from : ""
    for (i = from + 1; i <= NF; i++)
        s = s "\t" $i
    return s
}

function end_table() {
    if (table != "")
        print "};"
}

FNR == 1 {
    end_table()
    before = table
    table = FILENAME
    sub(/.*\//, "", table)
    sub(/\.tsv$/, "", table)
    if ($0 !~ /^# [^\t]+\t[^\t]+$/)
        fail("the first line is not \"# name<TAB>name\"")
    if (before != "" && !((table "") > (before "")))
        fail("tables are not given in the order of their names")
    names[++ntables] = table
    title_zh[table] = substr($1, 3)
    title_en[table] = $2
    next
}

FNR == 2 {
    for (i = 1; i <= COMMON; i++)
        if ($i != common[i])
            fail("column " i " is not " common[i])
    width = NF
    columns[table] = rest(COMMON + 1)
    split("", at)
    for (i = 1; i <= NF; i++)
        at[$i] = i
    last = ""
    printf "\nstatic const struct code %s_rows[] = {\n", table
    next
}

{
    if (NF != width)
        fail(NF " columns, not " width)
    if ($1 == "" || $2 == "" || $6 == "")
        fail("code, name_zh or initials is empty")
    if (last != "" && !(($1 "") > (last "")))
        fail("code " $1 " is not after " last)
    last = $1
    nrows[table]++
    printf "    {%s, %s, %s, %s, %s, %s, %s, %s},\n", quoted($1), quoted($2), quoted($3), quoted($6),
        quoted(rest(COMMON + 1)), $5 == "" ? "true" : "false", quoted($4), quoted($5)
}

function own(name) {
    if (!(name in at))
        fail("no column " name)
    return $at[name]
}

table == "destination_kind" {
    s = ".code = " quoted($1)
    for (i = 1; i in kind_text; i++)
        s = s ", ." kind_text[i] " = " quoted(own(kind_text[i]))
    for (i = 1; i in kind_number; i++)
        s = s ", ." kind_number[i] " = " own(kind_number[i])
    kinds[++nkinds] = s
}

END {
    if (failed)
        exit 1
    end_table()
    print "\nconst struct code_table codes_data[] = {"
    for (i = 1; i <= ntables; i++)
        printf "    {\"%s\", %s, %s, %s_rows, %d, %s},\n", names[i], quoted(title_zh[names[i]]), quoted(title_en[names[i]]),
            names[i], nrows[names[i]], quoted(columns[names[i]])
    print "};"
    printf "const size_t ncodes_data = %d;\n", ntables
    print "\nconst struct destination_kind destinations_data[] = {"
    for (i = 1; i <= nkinds; i++)
        printf "    {%s},\n", kinds[i]
    print "};"
    printf "const size_t ndestinations_data = %d;\n", nkinds
}
