import Foundation

/// The names of the models that `FoundationModel.load` finds on this machine.
///
/// The places are those of the library's `ModelLocator`; the kernel does not link the library, which cells bring along.
struct KnownModels {
    /// The environment of the cells' process.
    let environment: [String: String]
    let workingFolder: String
    /// The folder that Gyrus is installed in.
    let prefix: String?

    /// All names, each once, in alphabetical order.
    var names: [String] { Set(named + packaged + own + cached).sorted() }

    /// What the folders of `GYRUS_MODELS` hold.
    private var named: [String] {
        (environment["GYRUS_MODELS"] ?? "").split(separator: ":").flatMap { folder in
            entries(String(folder)).filter { isModel("\(folder)/\($0)") }
        }
    }

    /// The Python packages that bring a model's files.
    private var packaged: [String] {
        let environments = [environment["VIRTUAL_ENV"], prefix, workingFolder + "/.venv"].compactMap { $0 }
        return environments.flatMap { environment in
            entries(environment + "/lib").filter { $0.hasPrefix("python3") }
                .flatMap { packages(in: "\(environment)/lib/\($0)/site-packages") }
        }
    }

    /// The models that come with the library.
    private var own: [String] {
        let folder = (prefix ?? "") + "/lib/gyrus/Gyrus_FoundationModels.resources/Models"
        return prefix == nil ? [] : entries(folder).filter { isModel("\(folder)/\($0)") }
    }

    private func packages(in folder: String) -> [String] {
        entries(folder).compactMap { name -> String? in
            let place = "\(folder)/\(name)"
            let written = name.replacing("_", with: "-")
            if name.hasPrefix("gt_"), isModel(place + "/model") {
                return String(written.dropFirst("gt-".count))
            }
            let ending = "_pytorch_model"
            if name.hasSuffix(ending),
                entries(place + "/models").contains(where: { isModel("\(place)/models/\($0)") })
            {
                return String(written.dropLast(ending.count))
            }
            return nil
        }
    }

    /// The repositories in the Hugging Face cache.
    private var cached: [String] {
        func place(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let caches = place("XDG_CACHE_HOME") ?? (place("HOME") ?? NSHomeDirectory()) + "/.cache"
        let hub =
            place("HF_HUB_CACHE") ?? place("HUGGINGFACE_HUB_CACHE") ?? place("HF_HOME").map { $0 + "/hub" }
            ?? caches + "/huggingface/hub"
        return entries(hub).compactMap { name -> String? in
            guard name.hasPrefix("models--") else { return nil }
            let snapshots = "\(hub)/\(name)/snapshots"
            guard entries(snapshots).contains(where: { isModel("\(snapshots)/\($0)") }) else { return nil }
            return String(name.dropFirst("models--".count)).replacing("--", with: "/")
        }
    }

    private static let endings: Set = ["safetensors", "bin", "pt", "pth", "npz"]

    private func isModel(_ place: String) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else { return false }
        guard isFolder.boolValue else { return Self.endings.contains((place as NSString).pathExtension) }
        return ["config.json", "open_clip_config.json"].contains {
            FileManager.default.fileExists(atPath: "\(place)/\($0)")
        }
    }

    private func entries(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
