import { Component } from "@odoo/owl";
import { cleanLine, getWebAddress } from "../outside";

const MAP = "https://maps.google.com/?q=";

/** A place that was shared. The map opens elsewhere, on request: nobody else learns of it by itself. */
export class Place extends Component {
    static template = "clinic_whatsapp.Place";
    static props = { location: Object }; // {latitude, longitude, name, address, url}

    get name() {
        return cleanLine(this.props.location.name);
    }

    get coordinates() {
        const { latitude, longitude } = this.props.location;
        return [latitude, longitude].map((degrees) => Number(degrees).toFixed(5)).join(", ");
    }

    get map() {
        const { latitude, longitude } = this.props.location;
        return `${MAP}${Number(latitude)},${Number(longitude)}`;
    }

    /** The place's own page; the server gives the address of a map where there is none. */
    get website() {
        const address = getWebAddress(this.props.location.url);
        return address?.startsWith(MAP) ? null : address;
    }
}
