package main

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// bashWords replaces the one function of the package bash-completion that cobra's script
// cannot do without. Words that bash has cut at "=" and ":" are put together again.
const bashWords = `# Without the package bash-completion.
__ftpwire_words()
{
    local line=${COMP_LINE:0:COMP_POINT} i last=-1 glued word
    words=()
    cword=0
    for ((i = 0; i <= COMP_CWORD && i < ${#COMP_WORDS[@]}; i++)); do
        word=${COMP_WORDS[i]}
        glued=1
        if [[ $i -eq 0 || $line == [[:blank:]]* ]]; then
            glued=
        fi
        line=${line#"${line%%[![:blank:]]*}"}
        if ((i == COMP_CWORD)); then
            word=$line
        fi
        line=${line#"$word"}
        if [[ -n $glued ]]; then
            words[last]+=$word
        else
            last=$((last + 1))
            words[last]=$word
        fi
    done
    cword=$last
    cur=${words[last]}
    prev=
    if ((last > 0)); then
        prev=${words[last-1]}
    fi
}

`

// bashCompletion writes cobra's script, which works without the package bash-completion
// then.
func bashCompletion(w io.Writer, root *cobra.Command) error {
	const begin, call = "__ftpwire_init_completion()\n", "    _get_comp_words_by_ref \"$@\" cur prev words cword\n"
	var script bytes.Buffer
	if err := root.GenBashCompletionV2(&script, true); err != nil {
		return err
	}
	text := script.String()
	if strings.Count(text, begin) != 1 || strings.Count(text, call) != 1 {
		return errors.New("the script for bash has changed: it can't be made to work without the package bash-completion")
	}
	text = strings.Replace(text, begin, bashWords+begin, 1)
	text = strings.Replace(text, call, "    if declare -F _get_comp_words_by_ref >/dev/null 2>&1; then\n    "+call+"    else\n        __ftpwire_words\n    fi\n", 1)
	_, err := io.WriteString(w, text)
	return err
}
