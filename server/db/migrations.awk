# migrations.awk - sql/migrations/NNNN_name.sql -> migrations[] (migrate.h). Files must be given in order of number.
function finish() { if (name != "") print ";\n" }
BEGIN {
    print "/* Made from sql/migrations/ by server/db/migrations.awk. */"
    print "#include \"server/db/migrate.h\"\n"
    print "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
}
FNR == 1 {
    finish()
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.sql$/, "", name)
    names[++count] = name
    printf "static const char sql_%s[] = \"\"", name
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    printf "\n    \"%s\\n\"", $0
}
END {
    finish()
    print "const struct migration migrations[] = {"
    for (i = 1; i <= count; i++) printf "    {%d, \"%s\", sql_%s},\n", names[i] + 0, names[i], names[i]
    print "};"
    print "const size_t migration_count = sizeof migrations / sizeof *migrations;"
}
