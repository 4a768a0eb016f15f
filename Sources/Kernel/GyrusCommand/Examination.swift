import Foundation
import GyrusKernel
import SwiftCells

/// Looks at all that the kernel needs.
struct Examination {
    let installation: Installation
    private let files = FileManager.default

    init(_ installation: Installation) {
        self.installation = installation
    }

    /// What was found, the most basic first.
    var findings: [Finding] {
        var findings: [Finding] = []
        let toolchain = Result { try Toolchain.locate() }
        switch toolchain {
        case .success(let toolchain): findings += examine(toolchain)
        case .failure(let error):
            findings.append(
                Finding(
                    state: .missing, subject: "Swift toolchain", detail: "\(error)", remedy: anotherToolchain)
            )
        }
        findings += examineFiles()
        findings.append(examineLibrary())
        if case .success(let toolchain) = toolchain { findings.append(tryCell(with: toolchain)) }
        findings.append(examineKernelspec())
        findings.append(examineJupyter())
        return findings
    }

    private let anotherBuild = "run `make setup` in the clone of Gyrus, which builds and installs it again"
    private let anotherToolchain =
        "install Swift 6.1 or later, the whole toolchain, from https://www.swift.org/install/linux/"

    private func examine(_ toolchain: Toolchain) -> [Finding] {
        let version = toolchain.version.firstMatch(of: /Swift version (\d+)\.(\d+)/)
            .flatMap { match in Int(match.1).flatMap { major in Int(match.2).map { (major, $0) } } }
        let found = version.map { "\($0.0).\($0.1)" } ?? "of an unknown version"
        let isNewEnough = version.map { $0 >= (6, 1) } ?? false
        let compiler = Finding(
            state: isNewEnough ? .good : .missing, subject: "Swift toolchain",
            detail: "\(found) in \(toolchain.root)" + (isNewEnough ? "" : ", and 6.1 is needed"),
            remedy: isNewEnough ? nil : anotherToolchain)
        return [compiler]
            + [
                ("compiler", toolchain.frontend), ("linker", toolchain.linker),
                ("runtime start-up object", toolchain.registrar),
                ("parser library", toolchain.resources + "/host/libSwiftParser.so"),
            ].map { examine($1, as: $0, remedy: anotherToolchain) }
    }

    private func examineFiles() -> [Finding] {
        var parts = [
            ("runner", installation.runner), ("completion process", installation.completion),
            ("library", installation.library),
            ("module of the library", installation.modules + "/Gyrus.swiftmodule"),
        ]
        parts += installation.cModules.map { ("module maps of the C libraries", $0) }
        if let flags = installation.recordedFlags { parts.append(("flags of the C libraries", flags)) }
        return parts.map { examine($1, as: $0, remedy: anotherBuild) }
    }

    private func examine(_ file: String, as subject: String, remedy: String) -> Finding {
        files.fileExists(atPath: file)
            ? Finding(state: .good, subject: subject, detail: file)
            : Finding(
                state: .missing, subject: subject, detail: "\(file) does not exist", remedy: remedy)
    }

    /// Loads the library, which needs every C library that it is linked with.
    private func examineLibrary() -> Finding {
        let subject = "C libraries"
        // It stays loaded: the runtime keeps what a Swift library registered.
        guard dlopen(installation.library, RTLD_NOW | RTLD_LOCAL) != nil else {
            let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
            return Finding(
                state: .missing, subject: subject, detail: reason,
                remedy:
                    "run `make setup` in the clone of Gyrus, which installs the Debian packages that hold them"
            )
        }
        return Finding(
            state: .good, subject: subject, detail: "the library loads with all that it is linked with")
    }

    /// Compiles a cell that imports the library.
    private func tryCell(with toolchain: Toolchain) -> Finding {
        let subject = "compile of a trial cell"
        let source = files.temporaryDirectory.appendingPathComponent("gyrus-doctor-\(getpid()).swift")
        defer { try? files.removeItem(at: source) }
        do {
            try Data("import Gyrus\nlet answer = (1...3).map { $0 * 2 }\n".utf8).write(to: source)
            // Where the kernel has C modules compiled, too: the compiler's own place may be closed to this user.
            let modules = Installation.cacheFolder.appending(path: "modules").path
            let result = try Shell.run(
                toolchain.root + "/bin/swiftc",
                ["-typecheck", source.path, "-module-cache-path", modules] + installation.compilerFlags)
            guard result.status == 0 else {
                return Finding(state: .missing, subject: subject, detail: result.output, remedy: anotherBuild)
            }
            return Finding(state: .good, subject: subject, detail: "`import Gyrus` compiles")
        } catch {
            return Finding(state: .missing, subject: subject, detail: "\(error)", remedy: anotherBuild)
        }
    }

    private func examineKernelspec() -> Finding {
        let subject = "kernelspec"
        let remedy = "run `\(installation.executable) install`"
        var folders = [Kernelspec.userData(ProcessInfo.processInfo.environment)]
        if let prefix = installation.prefix {
            folders.insert(URL(fileURLWithPath: prefix + "/share/jupyter"), at: 0)
        }
        for folder in folders {
            let path = folder.appendingPathComponent("kernels/\(Kernelspec.name)/kernel.json")
            guard let description = try? Data(contentsOf: path) else { continue }
            guard let command = try? Kernelspec.executable(of: description),
                files.isExecutableFile(atPath: command)
            else {
                return Finding(
                    state: .missing, subject: subject,
                    detail: "\(path.path) starts a command that does not exist",
                    remedy: remedy)
            }
            return Finding(state: .good, subject: subject, detail: path.path)
        }
        return Finding(
            state: .missing, subject: subject, detail: "Jupyter is not told of the kernel", remedy: remedy)
    }

    private func examineJupyter() -> Finding {
        let subject = "JupyterLab"
        var folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(
            String.init)
        if let prefix = installation.prefix { folders.insert(prefix + "/bin", at: 0) }
        for folder in folders where files.isExecutableFile(atPath: folder + "/jupyter-lab") {
            return Finding(state: .good, subject: subject, detail: folder + "/jupyter-lab")
        }
        return Finding(
            state: .advice, subject: subject, detail: "none beside Gyrus or on the PATH",
            remedy:
                "`pip install jupyterlab`, or `make setup` in the clone of Gyrus, which makes .venv with it")
    }
}
