import Comms
import Display
import Foundation

/// Something that the front end shows and that it and this code both can change; see ipywidgets.
///
/// A widget at the end of a cell, or given to `display`, is shown; shown twice it has two views that move together.
public protocol Widget: AnyObject, Sendable, Displayable, CustomStringConvertible {
    /// What the front end knows of it.
    var model: WidgetModel { get }
}

extension Widget {
    public var mimeBundle: MIMEBundle {
        let view = #"{"version_major":2,"version_minor":0,"model_id":"\#(model.id)"}"#
        return MIMEBundle([
            "text/plain": .text(description),
            "application/vnd.jupyter.widget-view+json": .json(Data(view.utf8)),
        ])
    }

    /// Removes the widget from the front end, and what it needs here.
    public func close() { model.close() }

    /// Whether a user can operate it.
    public var isEnabled: Bool {
        get { model["disabled"].bool != true }
        set { model["disabled"] = .bool(!newValue) }
    }

    /// Sets its width, in CSS units (`"300px"`, `"50%"`).
    @discardableResult
    public func width(_ width: String) -> Self {
        model.setAppearance(layout: ["width": .string(width)])
        return self
    }
}

/// A widget by which a user chooses a value.
///
/// ```swift
/// let layer = Slider("layer", 0...11)
/// layer.onChange { print("now", $0) }
/// layer.value = 3
/// ```
public protocol InputWidget<Value>: Widget {
    associatedtype Value

    /// The text beside it.
    var label: String { get }

    /// The value; one that is set is shown, and told to the handlers of changes.
    var value: Value { get set }

    /// The name of the front end's own value.
    static var valueKey: String { get }
}

extension InputWidget {
    public static var valueKey: String { "value" }
    public var label: String { model["description"].string ?? "" }
    public var description: String { label.isEmpty ? "\(value)" : "\(label): \(value)" }

    /// Calls a handler with each new value, whether a user or code chose it; see `Comm` for when handlers run.
    public func onChange(_ handler: @escaping (Value) throws -> Void) {
        // Kept until the widget is closed, as the model is.
        model.onChange(Self.valueKey) { [self] _ in try handler(value) }
    }
}
