import Foundation
import NotebookRuns
import NotebookSweeps
import Testing

@Suite struct DataFileCheckTests {
    func missing(_ cells: String..., given arguments: String...) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["sub-01.npy", "a.csv"] { try Data().write(to: folder.appending(path: name)) }
        var grid = ParameterGrid()
        for argument in arguments { try grid.add(argument) }
        let notebook = Notebook(
            cells: [
                NotebookCell(
                    .code, source: "let subject = \"01\"\nlet layer = 0\nlet path = \"\"\nlet alpha = 1.0",
                    tags: ["parameters"])
            ] + cells.map { NotebookCell(.code, source: $0) })
        return try DataFileCheck(notebook, named: "n.ipynb", grid: grid, folder: folder).missing
    }

    @Test func whatIsNotThereIsFound() throws {
        #expect(try missing("try DataTable.open(path)", given: "path=a.csv,b.csv") == ["b.csv"])
        #expect(
            try missing("// The scores.\r\ntry DataTable.open(path)", given: "path=a.csv,b.csv")
                == ["b.csv"])
        #expect(
            try missing(#"let x = try NumPyArray.open("sub-\(subject).npy")"#, given: "subject=01..03")
                == ["sub-02.npy", "sub-03.npy"])
        #expect(
            try missing(
                #"try NIfTI.open("s\(subject)_\(layer).nii", x: 1)"#, "try DataTable.open(path)",
                given: "subject=1", "layer=2..3",
                "path=a.csv") == ["s1_2.nii", "s1_3.nii"])
        #expect(
            try missing("try DataTable.open(path)", given: "path=/dev/null,~,~/no-such-file") == [
                "~/no-such-file"
            ])
    }

    @Test(arguments: [
        #"try DataTable.open("b.csv")"#, "try archive.open(path)", "// try DataTable.open(path)",
        "try DataTable.open(path + x)",
        #"try DataTable.open("\(path)\(other)")"#, #"try DataTable.open("\(path.lowercased()).csv")"#,
        "try NumPyArray.write(x, to: path)\ntry NumPyArray.open(path)",
    ])
    func whatIsNotKnownForSureIsLeft(cell: String) throws {
        #expect(try missing(cell, given: "path=b.csv,http://x.org/b.csv") == [])
    }

    @Test func aFractionIsNotWrittenAsItIsGiven() throws {
        #expect(try missing(#"try NumPyArray.open("\(alpha).npy")"#, given: "alpha=1,2") == [])
    }

    @Test func anAddressIsFetched() throws {
        #expect(try missing("try DataTable.open(path)", given: "path=https://x.org/b.csv") == [])
    }
}
