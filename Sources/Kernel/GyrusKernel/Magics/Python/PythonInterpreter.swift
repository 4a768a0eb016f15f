import Foundation

/// The Python that runs cells under `%%python`, and who chose it.
struct PythonInterpreter: Equatable {
    let path: String
    /// Why it is this one.
    let origin: String

    /// The one that `--python` named in this session; else that of GYRUS_PYTHON, of the environment that the kernel is
    /// installed in, or the first on the PATH. Throws `MagicError` if there is none.
    static func chosen(
        named name: String?, environment: [String: String], prefix: String?, resolve: (String) -> String
    )
        throws -> PythonInterpreter
    {
        let search = environment["PATH"] ?? ""
        if let name { return try find(name, origin: "named by --python", search, resolve) }
        if let name = environment["GYRUS_PYTHON"], !name.isEmpty {
            return try find(name, origin: "named by GYRUS_PYTHON", search, resolve)
        }
        if let prefix, FileManager.default.fileExists(atPath: prefix + "/pyvenv.cfg"),
            let own = executable(prefix + "/bin/python3")
        {
            return PythonInterpreter(path: own, origin: "of the environment that Gyrus is installed in")
        }
        guard let first = onPath("python3", search) else {
            throw MagicError(
                "there is no python3 on the PATH; name one: %%python --python PATH, or GYRUS_PYTHON")
        }
        return PythonInterpreter(path: first, origin: "the first on the PATH")
    }

    /// What `%%python?` says of it.
    static func note(for session: CellSession) -> String {
        let words =
            "GYRUS_PYTHON names the interpreter, or --python for this session; without them it is the one of the "
            + "environment that Gyrus is installed in, or the first python3 on the PATH.\n"
        do {
            let chosen = try session.python.interpreter(for: session, named: nil)
            return words + "Now: \(chosen.path) (\(chosen.origin))."
        } catch {
            return words + "Now: none, since \(error)."
        }
    }

    /// An interpreter by its path, by its name on the PATH, or by the folder of its environment.
    private static func find(_ name: String, origin: String, _ search: String, _ resolve: (String) -> String)
        throws
        -> PythonInterpreter
    {
        if !name.contains("/"), !name.hasPrefix("~"), let found = onPath(name, search) {
            return PythonInterpreter(path: found, origin: origin)
        }
        let path = resolve(name)
        guard let found = executable(path) ?? executable(path + "/bin/python3") else {
            throw MagicError("\(path), \(origin), is no executable, nor an environment with bin/python3")
        }
        return PythonInterpreter(path: found, origin: origin)
    }

    private static func onPath(_ name: String, _ search: String) -> String? {
        search.split(separator: ":").lazy.compactMap { executable("\($0)/\(name)") }.first
    }

    private static func executable(_ path: String) -> String? {
        var isFolder: ObjCBool = false
        return FileManager.default.isExecutableFile(atPath: path)
            && FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            ? path : nil
    }
}
