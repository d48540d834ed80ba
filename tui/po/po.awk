# po.awk - a .po file to a C array sorted by msgid (tr.h). awk -v name=zh -f po.awk zh_CN.po > …
# What it takes of the format: msgid and msgstr in one or several strings, comments; fuzzy and empty entries are left out.
# Works with mawk; run it with LC_ALL=C, so that strings compare as strcmp() compares.

function value(line)
{
    sub(/^[^"]*"/, "", line)
    sub(/"[ \t]*$/, "", line)
    return line
}

function real(s)
{
    gsub(/\\n/, "\n", s)
    gsub(/\\t/, "\t", s)
    gsub(/\\r/, "\r", s)
    gsub(/\\"/, "\"", s)
    gsub(/\\\\/, "\\", s)
    return s
}

function keep(    i)
{
    if (id != "" && str != "" && !fuzzy) {
        for (i = n; i > 0 && real(ids[i]) > real(id); i--) {
            ids[i + 1] = ids[i]
            strs[i + 1] = strs[i]
        }
        if (i > 0 && ids[i] == id) {
            printf "%s: msgid twice: \"%s\"\n", FILENAME, id > "/dev/stderr"
            failed = 1
            exit 1
        }
        ids[i + 1] = id
        strs[i + 1] = str
        n++
    }
    id = ""
    str = ""
    fuzzy = 0
}

/^#,.*fuzzy/ { keep(); into = ""; fuzzy = 1; next }
/^#/         { next }
/^msgid /    { if (into == "str") keep(); into = "id"; id = value($0); next }
/^msgstr /   { into = "str"; str = value($0); next }
/^"/         { if (into == "id") id = id value($0); else str = str value($0); next }
/^[ \t]*$/   { if (into == "str") keep(); into = ""; next }

END {
    if (failed)
        exit 1
    keep()
    printf "/* Made by po.awk; see tr.h. */\n#include \"tui/po/tr.h\"\n\n"
    printf "static const struct translation rows[] = {\n"
    for (i = 1; i <= n; i++)
        printf "    {\"%s\",\n     \"%s\"},\n", ids[i], strs[i]
    printf "    {\"\\377\", \"\"}, /* an end, so that an empty catalogue is C too */\n};\n"
    printf "const struct catalogue catalogue_%s = {rows, sizeof rows / sizeof *rows - 1};\n", name
}
