import GyrusKernel
import SwiftCells
import Testing

/// The steps of a cell in short: Swift as it is, magics as `name(arguments)@line`.
private func steps(_ cell: String, declared: Set<String> = []) -> [String] {
    MagicParser { declared.contains($0) }.steps(of: cell).map { step in
        switch step {
        case .swift(let source): source
        case .magic(let call):
            "\(call.isForCell ? "%%" : "")\(call.name)(\(call.arguments))@\(call.line)"
                + (call.body.map { "|" + $0 } ?? "")
        }
    }
}

@Suite("Which lines of a cell are magics")
struct MagicParserTests {
    @Test("a line that begins with % and a word, also as a comment and indented")
    func lineMagics() {
        #expect(steps("%time f(1, 2)") == ["time(f(1, 2))@1"])
        #expect(steps("//%time f(1, 2)") == ["time(f(1, 2))@1"])
        #expect(steps("   %cd   /tmp  ") == ["cd(/tmp)@1"])
        #expect(steps("%who") == ["who()@1"])
    }

    @Test("the Swift around magics keeps its lines")
    func linesAreKept() {
        #expect(
            steps("let a = 1\n%who\nlet b = 2\n\n%cd x\na + b")
                == ["let a = 1", "who()@2", "\n\nlet b = 2\n", "cd(x)@5", "\n\n\n\n\na + b"])
    }

    @Test("comments and empty lines between magics are no Swift to compile")
    func nothingToCompile() {
        #expect(steps("// first\n%who\n\n// then\n%whos\n") == ["who()@2", "whos()@5"])
    }

    @Test(
        "Swift that only looks like a magic",
        arguments: [
            "let r = x % y", "let r = x\n    % y", "let r = f(\n%time\n)", "x %= 3", "let t = \"%time\"",
            "let t = \"\"\"\n%time f()\n//%who\n!ls\n\"\"\"", "let t = #\"\"\"\n%time\n\"\"\"#",
            "/*\n%time\n//%who\n!ls\n*/\nf()",
            "func f() {\n//%who\n}", "if a {\n    //%time\n    b()\n}", "let a = [\n%who\n]", "//%%",
            "// %time is a magic",
            "//% of all voxels", "// 20 %time", "//%d: a format", "x = a +\n%who", "/// %who",
            "//%%%%%%%%%%%%%%",
        ])
    func lookAlikes(cell: String) { #expect(steps(cell) == [cell]) }

    @Test("what stands in a string does not change what follows it")
    func afterStrings() {
        let text = "let t = \"\"\"\n%a\n\"\"\"\n"
        #expect(steps(text + "%who") == [text.dropLast().description, "who()@4"])
    }

    @Test("a magic's own line may hold anything, and ends with the line")
    func anyText() {
        #expect(steps("!echo \"it's /* ((\nlet a = 1") == ["!(echo \"it's /* (()@1", "\nlet a = 1"])
    }

    @Test("a command, unless what is negated is Swift")
    func commands() {
        #expect(steps("!ls -l | wc") == ["!(ls -l | wc)@1"])
        #expect(steps("//!ls") == ["!(ls)@1"])
        #expect(steps("!./run.sh") == ["!(./run.sh)@1"])
        #expect(steps("!(sleep 5; ls) & echo") == ["!((sleep 5; ls) & echo)@1"])
        #expect(steps("!$(which ls)") == ["!($(which ls))@1"])
        #expect(steps("!ready", declared: ["ready"]) == ["!ready"])
        #expect(steps("!ready") == ["!(ready)@1"])
        #expect(steps("let ready = true\n!ready") == ["let ready = true\n!ready"])
        #expect(steps("%who\nlet ready = true\n!ready") == ["who()@1", "\nlet ready = true\n!ready"])
        for swift in ["!(a && b)", "!f(x)", "!true", "![1].isEmpty", "!!a", "! a", "let b =\n!a"] {
            #expect(steps(swift) == [swift])
        }
    }

    @Test("a command with a space behind its mark, unless that is Swift")
    func spacedCommands() {
        #expect(steps("! echo x") == ["!(echo x)@1"])
        for swift in ["//! some words", "! a", "! f(x)", "! (a && b)", "! f(\n1)", "let b =\n! a", "!", "! "]
        {
            #expect(steps(swift) == [swift])
        }
    }

    @Test("a command goes on behind a backslash at the end of a line")
    func continuedCommands() {
        #expect(steps("!echo a \\\n  b\nlet c = 1") == ["!(echo a \\\n  b)@1", "\n\nlet c = 1"])
        #expect(steps("let a = 1\n!echo \\\nb\\\nc") == ["let a = 1", "!(echo \\\nb\\\nc)@2"])
        #expect(steps("//!echo a \\\n//  b") == ["!(echo a \\\n  b)@1"])
        #expect(steps("//!echo a \\\nlet b = 1") == ["!(echo a \\)@1", "\nlet b = 1"])
        #expect(steps("!echo a \\\\\nlet b = 1") == ["!(echo a \\\\)@1", "\nlet b = 1"])
        let parser = MagicParser()
        #expect(parser.commented("!echo a \\\n  b\nlet c = 1") == "//!echo a \\\n//  b\nlet c = 1")
        #expect(parser.completeness(of: "!echo a \\") == .incomplete(indent: ""))
        #expect(parser.completeness(of: "!echo a \\\n  b") == .complete)
    }

    @Test("a magic for the whole cell stands on its first line")
    func cellMagics() {
        #expect(steps("%%bash\necho 1\n%who\n") == ["%%bash()@1|echo 1\n%who\n"])
        #expect(steps("//%%bash -x\necho 1") == ["%%bash(-x)@1|echo 1"])
        #expect(steps("//%%bash\n//echo 1\n\n//# two") == ["%%bash()@1|echo 1\n\n# two"])
        #expect(steps("let a = 1\n%%bash") == ["let a = 1", "%%bash()@2"])
    }

    @Test("a statement stands in its own line and column")
    func statement() {
        guard case .magic(let call)? = MagicParser().steps(of: "let a = 1\n  %time  f(a)").last else {
            Issue.record("no magic")
            return
        }
        #expect(call.statement == "\n         f(a)")
        #expect(call.placed("(a)") == "\n          (a)")
    }

    @Test("commented, a cell with magics is Swift")
    func commented() {
        let parser = MagicParser()
        #expect(parser.commented("%cd x\nlet a = 1\n!ls\n//%who") == "//%cd x\nlet a = 1\n//!ls\n//%who")
        #expect(parser.commented("%%bash\necho 1\n\nls") == "//%%bash\n//echo 1\n\n//ls")
        #expect(parser.commented("%%time\nf()\n%who") == "//%%time\nf()\n//%who")
        #expect(parser.commented("let t = \"\"\"\n%who\n\"\"\"") == "let t = \"\"\"\n%who\n\"\"\"")
    }

    @Test("completeness looks past the magics")
    func completeness() {
        let parser = MagicParser()
        #expect(parser.completeness(of: "%time f(") == .complete)
        #expect(parser.completeness(of: "!echo (") == .complete)
        #expect(parser.completeness(of: "%who\nfunc f() {") == .incomplete(indent: "    "))
        #expect(parser.completeness(of: "%who\n1 + 1") == .complete)
        #expect(parser.completeness(of: "%%bash\nls") == .incomplete(indent: ""))
        #expect(parser.completeness(of: "%%bash\nls\n") == .complete)
        #expect(parser.completeness(of: "%%time\nfor i in 0..<3 {") == .incomplete(indent: "    "))
    }

    @Test("the names are known")
    func names() {
        #expect(Magics.names.contains("time") && Magics.names == Magics.names.sorted())
        #expect(Magics.cellNames.contains("bash") && !Magics.cellNames.contains("cd"))
    }
}
