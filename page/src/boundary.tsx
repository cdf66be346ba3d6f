// Around each part of the page: a part that cannot be drawn says so in its place, and the others are drawn. Files that a
// snapshot carries come from programs and may hold anything.

import { Component, type ComponentChildren } from "preact";

interface BoundaryProps {
  part: string; // what it is called where it cannot be drawn
  children: ComponentChildren;
}

export class Boundary extends Component<BoundaryProps, { failed?: object; message?: string }> {
  componentDidCatch(error: unknown) {
    this.setState({ failed: this.props, message: error instanceof Error ? error.message : String(error) });
  }

  // New properties come with another snapshot or another choice: then it is tried again.
  render() {
    if (this.state.failed !== this.props) return <>{this.props.children}</>;
    return <p class="warning" role="alert">{this.props.part} cannot be drawn from this snapshot: {this.state.message}</p>;
  }
}
