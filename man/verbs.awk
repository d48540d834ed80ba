# verbs.awk HELP PAGE.in - puts the verbs of `quxiang help` into the manual page where it says @VERBS@.
function roff(s) { gsub(/\\/, "\\e", s); gsub(/-/, "\\-", s); return s }
NR == FNR && /^  quxiang / { verbs = verbs ".TP\n.B \"" roff(substr($0, 3)) "\"\n"; next }
NR == FNR && /^      / { verbs = verbs roff(substr($0, 7)) "\n"; next }
NR == FNR { next }
/^@VERBS@$/ { printf "%s", verbs; next }
{ print }
