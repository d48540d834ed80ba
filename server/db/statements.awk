# statements.awk - sql/queries/*.sql -> db_statements[] (db.h): name = the file's, SQL as it stands, parameters counted.
# Files must be given in order of name (db_statement_find() searches by halves). A trailing ';' is left out.
function finish() {
    if (name == "") return
    names[++count] = name
    params[count] = highest
    print ";\n"
}
BEGIN {
    print "/* Made from sql/queries/ by server/db/statements.awk. */"
    print "#include \"server/db/db.h\"\n"
    print "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
}
FNR == 1 {
    finish()
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.sql$/, "", name)
    highest = 0
    printf "static const char sql_%s[] = \"\"", name
}
{
    bare = $0
    sub(/--.*/, "", bare)
    while (match(bare, /\$[0-9]+/)) {
        number = substr(bare, RSTART + 1, RLENGTH - 1) + 0
        if (number > highest) highest = number
        bare = substr(bare, RSTART + RLENGTH)
    }
    text = $0
    sub(/;[ \t]*$/, "", text)
    gsub(/\\/, "&&", text)
    gsub(/"/, "\\\"", text)
    printf "\n    \"%s\\n\"", text
}
END {
    finish()
    print "const struct db_statement db_statements[] = {"
    for (i = 1; i <= count; i++) printf "    {\"%s\", sql_%s, %d},\n", names[i], names[i], params[i]
    print "};"
    print "const size_t db_statement_count = sizeof db_statements / sizeof *db_statements;"
}
