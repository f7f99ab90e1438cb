# SPDX-License-Identifier: Apache-2.0
# Completion of ganglion for bash: commands, options, and the words that some of them take. A test holds it against
# the program's own table (src/cli/commands_test.c).

_ganglion()
{
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} options=''
    local one=${COMP_WORDS[1]} two=${COMP_WORDS[2]} name
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W 'run agent things ca readings align sql findings alarms decisions actions receipts why approve reject rules replay backup restore check eval status version help' -- "$current")
        return
    fi
    case $before in
    --data | --solution | --rules | --out) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --token-file | --csr | --passphrase-file | --incremental) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --mqtt | --mqtts | --portal | --https | --push | --thing | --name | --hz | --samples | --seconds | --state | --from | --to | --limit | --step | --percentile | --points | --at | --value | --fill | \
        --reason | --timeout | --overlap | --key | --set) return ;;
    esac
    case "$one $two" in
    'things add' | 'things show' | 'things token' | 'things certificate' | 'things revoke' | 'things describe' | 'things twin' | 'things set' | 'things do' | \
        'things discovered' | 'things adopt' | 'things ignore' | 'agent disturb') name="$one $two" ;;
    *) name=$one ;;
    esac
    case $name in
    'run') options='--data --solution --mqtt --mqtts --portal --https --push --name --sparkplug-host --flushes --allow-plaintext --quiet --help' ;;
    'agent') options='--mqtt --thing --token-file --name --hz --samples --print --data --help' ;;
    'agent disturb') options='--seconds --data --json --help' ;;
    'things') options='--data --json --help' ;;
    'things add') options='--qr --data --json --help' ;;
    'things show') options='--data --json --help' ;;
    'things certificate') options='--csr --out --list --revoke --data --json --help' ;;
    'ca') options='--data --json --help' ;;
    'things token') options='--overlap --qr --data --json --help' ;;
    'things revoke') options='--data --json --help' ;;
    'things describe') options='--data --json --help' ;;
    'things twin') options='--data --json --help' ;;
    'things set') options='--data --json --help' ;;
    'things do') options='--key --data --json --help' ;;
    'things discovered') options='--data --json --help' ;;
    'things adopt') options='--name --set --data --json --help' ;;
    'things ignore') options='--data --json --help' ;;
    'readings') options='--from --to --limit --count --step --percentile --points --at --follow --data --json --help' ;;
    'align') options='--from --to --step --value --percentile --fill --data --json --help' ;;
    'sql') options='--csv --offline --data --json --help' ;;
    'findings') options='--thing --state --from --to --limit --follow --data --json --help' ;;
    'alarms') options='--thing --state --from --to --limit --follow --data --json --help' ;;
    'decisions') options='--thing --state --from --to --limit --follow --data --json --help' ;;
    'actions') options='--thing --state --from --to --limit --follow --data --json --help' ;;
    'receipts') options='--thing --state --from --to --limit --follow --data --json --help' ;;
    'why') options='--data --json --help' ;;
    'approve') options='--reason --wait --timeout --data --json --help' ;;
    'reject') options='--reason --wait --timeout --data --json --help' ;;
    'rules') options='--data --json --help' ;;
    'replay') options='--rules --quiet --json --help' ;;
    'backup') options='--incremental --passphrase --passphrase-file --data --json --help' ;;
    'restore') options='--passphrase --passphrase-file --data --json --help' ;;
    'check') options='--data --json --help' ;;
    'eval') options='--data --quick --json --help' ;;
    'status') options='--limits --memory --data --json --help' ;;
    'version') options='--json --help' ;;
    'help') options='--help' ;;
    esac
    if ((COMP_CWORD == 2)); then
        case $one in
        things) options+=' add adopt describe discovered do ignore list revoke set show token twin' ;;
        agent) options+=' disturb' ;;
        help) options+=' run agent things readings findings alarms decisions actions receipts why approve reject rules replay backup restore eval status version help' ;;
        eval) options+=' all'" $(ganglion eval 2>/dev/null | awk 'NR > 1 { print $1 }')" ;;
        replay) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        esac
    fi
    [[ $name == 'agent disturb' && COMP_CWORD -eq 3 ]] && options+=' cpu disk memory'
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$options" -- "$current")
}
complete -o filenames -F _ganglion ganglion
