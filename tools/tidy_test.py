#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tidy_test.py: plants one offence of each kind in a small clean tree, and wants exactly that one found."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TIDY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tidy.py")
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
HEADER = SPDX + "#ifndef GN_BASE_GOOD_H\n#define GN_BASE_GOOD_H\n\nint gn_good(void);\n\n#endif\n"
GOOD = SPDX + '#include "base/good.h"\n\nint gn_good(void)\n{\n    return 1; /* system("x") is only named */\n}\n'
CLEAN = {
    "tools/layers.txt": "# room: below\nbase:\nos: base\n",
    "src/base/README.md": "# base\n", "src/os/README.md": "# os\n",
    "src/base/good.h": HEADER, "src/base/good.c": GOOD, "src/base/good_test.c": SPDX,
    "src/os/clock.c": SPDX + '#include "base/good.h"\n\nlong now(void)\n{\n    return time(0);\n}\n',
    "src/os/clock_test.c": SPDX + "void f(void)\n{\n    free(malloc(1));\n}\n",
    "tests/box.c": SPDX,
}


def body(statement, lines=1):
    return SPDX + "void gn_f(void)\n{\n" + f"    {statement}\n" * lines + "}\n"


class TidyFinds(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="tidy_")
        self.addCleanup(shutil.rmtree, self.root)
        for path, text in CLEAN.items():
            self.plant(path, text)

    def plant(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def tidy(self):
        done = subprocess.run([sys.executable, TIDY, self.root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip().split("\n")

    def finds(self, where, rule):
        code, lines = self.tidy()
        self.assertEqual(code, 1)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(f"{where}: {rule}: "), lines[0])

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.tidy(), (0, ["tidy: ok"]))

    def test_an_include_that_looks_up(self):
        self.plant("src/base/good.c", SPDX + '#include "os/clock.h"\n')
        self.finds("src/base/good.c:2", "layer")

    def test_a_room_that_is_not_in_the_table(self):
        self.plant("src/attic/README.md", "# attic\n")
        self.finds("src/attic:1", "layer")

    def test_a_room_without_a_readme(self):
        os.remove(os.path.join(self.root, "src/os/README.md"))
        self.finds("src/os:1", "no-readme")

    def test_two_files_of_one_name(self):
        self.plant("bench/good.c", SPDX)
        self.finds("src/base/good.c:1", "name")

    def test_a_file_without_a_test(self):
        self.plant("src/os/lonely.c", SPDX)
        self.finds("src/os/lonely.c:1", "no-test")

    def test_main_needs_no_test(self):
        self.plant("src/os/main.c", SPDX)
        self.assertEqual(self.tidy()[0], 0)

    def test_a_header_without_a_guard(self):
        self.plant("src/os/bare.h", SPDX + "int gn_bare(void);\n")
        self.finds("src/os/bare.h:1", "no-guard")

    def test_a_guard_that_guards_nothing(self):
        self.plant("src/base/good.h", HEADER.replace("#define GN_BASE_GOOD_H", "#define GN_BASE_GOD_H"))
        self.finds("src/base/good.h:1", "no-guard")

    def test_one_guard_in_two_headers(self):
        self.plant("src/os/copy.h", HEADER)
        self.finds("src/base/good.h:1", "no-guard")

    def test_a_missing_licence(self):
        self.plant("src/base/good.c", GOOD.replace(SPDX, ""))
        self.finds("src/base/good.c:1", "spdx")

    def test_a_missing_licence_of_a_tool(self):
        self.plant("tools/x.sh", "#!/bin/sh\n")
        self.finds("tools/x.sh:1", "spdx")

    def test_a_file_of_1001_lines_but_not_of_1000(self):
        self.plant("src/base/good.c", SPDX + "\n" * 998 + "int x;\n")
        self.assertEqual(self.tidy()[0], 0)
        self.plant("src/base/good.c", SPDX + "\n" * 999 + "int x;\n")
        self.finds("src/base/good.c:1", "file-length")

    def test_a_header_of_401_lines(self):
        self.plant("src/base/good.h", HEADER.replace("\nint", "\n" * 395 + "int"))
        self.finds("src/base/good.h:1", "file-length")

    def test_a_function_of_71_lines_but_not_of_70(self):
        self.plant("src/base/good.c", body("gn_g();", 68))
        self.assertEqual(self.tidy()[0], 0)
        self.plant("src/base/good.c", body("gn_g();", 69))
        self.finds("src/base/good.c:3", "function-length")

    def test_121_columns_but_not_120(self):
        self.plant("src/base/good.c", SPDX + "/* " + "x" * 114 + " */\n")
        self.assertEqual(self.tidy()[0], 0)
        self.plant("src/base/good.c", SPDX + "/* " + "x" * 115 + " */\n")
        self.finds("src/base/good.c:2", "columns")

    def test_banned_calls(self):
        for call in ("malloc(1)", "free(x)", "strcpy(a, b)", "strcat(a, b)", "sprintf(a, b)", "strtok(a, b)",
                     "atoi(a)", "rand()", "system(a)", "popen(a, b)", "gets(a)", "time(0)", "clock_gettime(a, b)",
                     "gettimeofday(a, b)"):
            with self.subTest(call=call):
                self.plant("src/base/good.c", body(call + ";"))
                self.finds("src/base/good.c:4", "banned")

    def test_a_banned_call_in_a_test(self):
        self.plant("src/base/good_test.c", body("strcpy(a, b);"))
        self.finds("src/base/good_test.c:4", "banned")

    def test_a_member_of_the_same_name_is_not_banned(self):
        self.plant("src/base/good.c", body("room->free(x); room.time(1); gn_mem_free(x);"))
        self.assertEqual(self.tidy()[0], 0)

    def test_what_is_left_undone(self):
        for word in ("TO" + "DO", "FIX" + "ME", "X" + "XX"):
            with self.subTest(word=word):
                self.plant("src/base/good.c", SPDX + f"/* {word}: later */\n")
                self.finds("src/base/good.c:2", "unfinished")

    def test_an_exception_needs_its_reason(self):
        self.plant("src/base/good.c", body("rand(); /* tidy:allow banned a die, nothing more */"))
        self.assertEqual(self.tidy()[0], 0)
        self.plant("src/base/good.c", body("rand(); /* tidy:allow banned */"))
        self.finds("src/base/good.c:4", "banned")

    def test_an_exception_is_for_one_rule(self):
        self.plant("src/base/good.c", body("rand(); /* tidy:allow columns a die, nothing more */"))
        self.finds("src/base/good.c:4", "banned")


if __name__ == "__main__":
    unittest.main()
