import Foundation
import GyrusKernel
import NotebookRuns

/// Finds the models that a notebook names and that are not on this machine: a compute node could not fetch them.
public struct ModelCheck {
    private let notebook: Notebook
    private let names: [String]
    private let rows: [[String]]
    private let folder: String

    /// - Parameters:
    ///   - notebook: the notebook without its parameters.
    ///   - grid: the parameters and their values.
    ///   - folder: where cells run.
    public init(_ notebook: Notebook, grid: ParameterGrid, folder: URL) {
        self.notebook = notebook
        names = grid.names
        rows = grid.rows
        self.folder = folder.path
    }

    /// The models that are missing, by name.
    public var missing: [String] {
        let known = InstalledModels(workingFolder: folder)
        return Set(wanted).filter { !known.has($0) }.sorted()
    }

    /// The names in `FoundationModel.load("…")`, and the values of the parameters there.
    private var wanted: [String] {
        let code = notebook.cells.filter { $0.kind == .code }.map(\.source).joined(separator: "\n")
        let literals = code.matches(of: /FoundationModel\s*\.\s*load\s*\(\s*"([^"\\]+)"/).map { String($0.1) }
        let variables = Set(code.matches(of: /FoundationModel\s*\.\s*load\s*\(\s*(\w+)/).map { String($0.1) })
        let columns = names.indices.filter { variables.contains(names[$0]) }
        return literals + rows.flatMap { row in columns.map { row[$0] } }
    }
}
