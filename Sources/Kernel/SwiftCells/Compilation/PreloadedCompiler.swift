import Foundation

/// A compiler that has read what every cell imports before the cell is known: half of a short compilation.
///
/// The last module that it is told to import is empty, and comes by its standard input: there it waits. By then its source is
/// mapped but not read: a file of blanks, at whose end the cell's text is put before the module is given. It can see the
/// modules that there were when it was started, so it serves one compilation and no later one.
///
/// While it waits it has some 25 MB of its own. If this process ends, however it ends, so does what it reads, and it ends.
final class PreloadedCompiler {
    /// What it was told to do, but for the place of its source.
    let arguments: [String]
    private let process: Subprocess
    private let folder: URL
    private let source: Int32
    private let gate: GateModule

    /// The size of the source. The compiler maps a file that has more than 16 KB, or a page where those are larger, and does
    /// not end where a page does.
    private static let capacity = 131_000

    /// What the source holds until the text arrives. A system that would not show the compiler what is written into a
    /// mapped file would show it this.
    private static let unfilled = "the source of this module was not seen"

    /// Starts a compiler in a new folder, with what its `settings` add to the environment; nil where that fails, since each
    /// cell can start its own, which says what is wrong.
    init?(
        _ compiler: String, settings: [String], arguments: [String], module name: String, imports: [String],
        gate: GateModule, folder: URL
    ) {
        self.arguments = arguments
        self.folder = folder
        self.gate = gate
        let file = folder.appending(path: "\(name).swift").path
        let module = folder.appending(path: GateModule.name + ".swiftmodule").path
        // Of these modules the compiler loads the last one first.
        let loads = ([GateModule.name] + imports.reversed()).flatMap { ["-import-module", $0] }
        let files = FileManager.default
        guard (try? files.createDirectory(at: folder, withIntermediateDirectories: false)) != nil else {
            return nil
        }
        let isFilled =
            (try? Self.filled(with: Data("#error(\"\(Self.unfilled)\")\n".utf8))
                .write(to: URL(fileURLWithPath: file))) != nil
        source = open(file, O_WRONLY | O_CLOEXEC)
        // A pipe with a name would hold a compiler forever that opens it again when nobody writes any more.
        guard isFilled, source >= 0, symlink("/dev/stdin", module) == 0,
            let started = try? Subprocess(
                compiler, ["-frontend", "-primary-file", file, "-I", folder.path] + loads + arguments,
                settings: settings, readsInput: true)
        else {
            if source >= 0 { close(source) }
            try? files.removeItem(at: folder)
            return nil
        }
        process = started
    }

    deinit {
        close(source)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Compiles a text; nil where this compiler cannot. Throws `CompilationStopped`.
    func compile(_ text: Data) throws -> Subprocess.Result? {
        guard text.count <= Self.capacity, process.isRunning, fill(with: text) else { return nil }
        process.give(gate.bytes)
        let result = try process.finish()
        return process.wasKilled || result.output.contains(Self.unfilled) ? nil : result
    }

    /// A text after as many blanks as make it a whole source: where it ends is then where the file does.
    private static func filled(with text: Data) -> Data {
        Data(repeating: 0x20, count: capacity - text.count) + text
    }

    private func fill(with text: Data) -> Bool {
        Self.filled(with: text).withUnsafeBytes {
            pwrite(source, $0.baseAddress, $0.count, 0) == $0.count
        }
    }
}
