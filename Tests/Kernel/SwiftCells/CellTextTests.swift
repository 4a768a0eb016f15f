import SwiftCells
import Testing

@Suite("The ends of a cell's lines")
struct CellTextTests {
    @Test("all become one character, and a byte-order mark goes")
    func normalizes() {
        #expect(CellText.normalized("a\r\nb\rc\nd\r\r\n") == "a\nb\nc\nd\n\n")
        #expect(CellText.normalized("\u{FEFF}a") == "a")
        #expect(CellText.normalized("\"\u{FEFF}\"") == "\"\u{FEFF}\"")
    }

    @Test("where places count, all of them stay")
    func keepsPlaces() {
        let text = "\u{FEFF}a\r\nb\rc"
        #expect(CellText.normalizedInPlace(text) == " a \nb\nc")
        #expect(CellText.normalizedInPlace(text).unicodeScalars.count == text.unicodeScalars.count)
    }

    @Test("a first line that names an interpreter is empty, and the others keep their numbers")
    func interpreters() {
        #expect(CellText.normalized("#!/usr/bin/env swift\nf()\n#!x") == "\nf()\n#!x")
        #expect(CellText.normalized("\u{FEFF}#!/bin/swift\r\nf()\r\n") == "\nf()\n")
        #expect(CellText.normalized("#!/bin/swift") == "")
        #expect(CellText.normalizedInPlace("\u{FEFF}#!a\r\nf()") == "     \nf()")
        #expect(CellText.normalizedInPlace("#!a\nf()") == "   \nf()")
    }

    @Test("the names that code declares")
    func names() {
        #expect(CellText.declaredNames(in: "let a = 1\nfunc f() { let b = 2 }") == ["a", "f"])
    }
}
